/** What a shard node remembers of its last assignment, asked over a connection of its own. */
import { credentials, Metadata } from '@grpc/grpc-js';
import type { Clock } from '../../base/clock.js';
import { collectionId, nodeId } from '../../base/ids.js';
import type { DescribeResponse__Output } from '../../wire/generated/annulus/v1/DescribeResponse.js';
import { annulusV1 } from '../../wire/proto-package.js';
import type { DescribedNode, DescribeNode } from '../restore/restore-topology.js';

export function grpcDescribeNode(clock: Clock, timeoutMs: number): DescribeNode {
  return (address) => {
    const client = new annulusV1.ShardLink(address, credentials.createInsecure());
    const options = { deadline: clock.wallMs() + timeoutMs };
    return new Promise((resolve) => {
      client.describe({}, new Metadata(), options, (_, answer) => {
        client.close();
        resolve(answer === undefined ? undefined : described(address, answer));
      });
    });
  };
}

function described(address: string, answer: DescribeResponse__Output): DescribedNode {
  return {
    nodeId: nodeId(answer.nodeId),
    address,
    clusterId: answer.clusterId,
    epoch: Number(answer.epoch),
    replicas: answer.replicas.map((replica) => ({
      collection: collectionId(replica.collectionId),
      partition: replica.partition,
      generation: Number(replica.generation),
      state: replica.state === 'recovering' ? 'recovering' : 'in_sync',
    })),
  };
}
