/**
 * Who may answer: a node that knows a newer replica set does nothing for an older one; a replica that
 * recovers answers no read; and the coordinator asks only replicas that it knows to be in sync.
 */
import type { NodeRecord } from '../../../shards/node-record.js';
import type { NodeId } from '../../../src/base/ids.js';
import type { Topology } from '../../../src/coordinator/topology/topology.js';
import type { LinkReply, LinkRequest } from '../../../src/wire/link-messages.js';
import type { Violations } from '../violations.js';

const nothing = (): void => {};

/** To be called when a node gets a request; the result, with its reply. */
export function watchReplies(
  violations: Violations,
  record: NodeRecord,
  request: LinkRequest,
): (reply: LinkReply) => void {
  if (request.kind === 'heartbeat') return nothing;
  const isRead = request.kind !== 'write';
  const where = `${record.nodeId} on ${request.kind}`;
  const forbidden = new Map<number, string>();
  for (const { partition, generation } of request.targets) {
    const known = record.replicas.find(
      (held) => held.collection === request.collection && held.partition === partition,
    );
    if (known === undefined) continue;
    if (generation < known.generation) {
      forbidden.set(partition, 'nodes refuse what is older than they know');
    } else if (isRead && generation === known.generation && known.state === 'recovering') {
      forbidden.set(partition, 'a replica that recovers answers no read');
    }
  }
  if (forbidden.size === 0) return nothing;
  return (reply) => {
    if (reply.kind === 'refused' || reply.kind === 'heartbeat') return;
    for (const { partition, status } of reply.targets) {
      const claim = forbidden.get(partition);
      if (claim !== undefined && status === 'ok') violations.add(claim, `${where} ${partition}`);
    }
  };
}

/** A read leaves the coordinator. Counts are left out: they are probes as well. */
export function checkAsked(
  violations: Violations,
  topology: Topology | undefined,
  nodeId: NodeId,
  request: LinkRequest,
): void {
  if (request.kind === 'write' || request.kind === 'heartbeat' || request.kind === 'count') return;
  const partitions = topology?.collections.get(request.collection)?.partitions;
  for (const { partition, generation } of request.targets) {
    const entry = partitions?.[partition];
    if (entry?.generation !== generation) continue;
    const state = entry.replicas.find((replica) => replica.nodeId === nodeId)?.state;
    if (state === 'in_sync') continue;
    const detail = `${request.kind} of partition ${partition} asks ${nodeId}, ${state ?? 'without it'}`;
    violations.add('reads ask replicas in sync only', detail);
  }
}
