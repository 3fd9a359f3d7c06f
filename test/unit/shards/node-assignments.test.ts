import { expect, it } from 'vitest';
import type { ReplicaAssignment } from '../../../shards/link-handler.js';
import { NodeAssignments } from '../../../shards/node-assignments.js';
import type { ReplicaSet } from '../../../shards/replica-set.js';
import { collectionId, nodeId } from '../../../src/base/ids.js';
import { silentLogger } from '../../../src/base/logger.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const CLUSTER = 'cluster';

function assignment(generation: number): ReplicaAssignment {
  return {
    ...{ collection: collectionId('c0ffee'), partition: 0, generation },
    ...{ dimension: 2, metric: 'l2', m: 16, efConstruction: 100, create: false },
  };
}

it('never goes back to an older generation when replicas are opened anew meanwhile', async () => {
  const opened: number[] = [];
  const replicas = {
    hasFailed: false,
    removeUnlisted: async () => {},
    async open(listed: readonly ReplicaAssignment[]) {
      await Promise.resolve();
      opened.push(...listed.map(({ generation }) => generation));
    },
  };
  const assignments = new NodeAssignments({
    clock: new VirtualClock(),
    logger: silentLogger,
    replicas: replicas as unknown as ReplicaSet,
    record: {
      ...{ format: 1, nodeId: nodeId('a'), epoch: 1, clusterId: CLUSTER },
      replicas: [assignment(1)],
    },
    saveRecord: () => {},
    tombstoneGraceMs: 1_000,
    onChanged: () => {},
  });
  const carriedOut = assignments.carryOut(CLUSTER, 2, [assignment(2)]);
  const reopened = assignments.reopen();
  await Promise.all([carriedOut, reopened]);
  expect(opened).toEqual([2, 2]);
});
