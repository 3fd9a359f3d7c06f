/**
 * Why a move does not go on, for those who wait for it: one that has yet to begin, one that is under
 * way, and a replica of a drained node for which there is no move, since no node can take it.
 */
import type { NodeId } from '../../base/ids.js';
import type { PartitionEntry, ReplicaEntry } from '../topology/topology.js';
import type { MoveInputs, WantedMove } from './move-controller.js';

/**
 * `target_full`: its disk. `redundancy_first`: other copies must be in sync before. `no_node`: too few
 * nodes would be left for the copies that there should be.
 */
export type WaitReason =
  | 'paused'
  | 'target_down'
  | 'target_full'
  | 'no_source'
  | 'no_node'
  | 'redundancy_first'
  | 'slots';

/** Where nothing is to be made, only to go, `ref` is what is to go, and so is `from`. */
export interface WaitingMove extends WantedMove {
  reason: WaitReason;
}

/** Whether there is a node that it goes to. */
export function hasTarget({ ref, from }: Pick<WantedMove, 'ref' | 'from'>): boolean {
  return ref.nodeId !== from;
}

type Seen = Pick<MoveInputs, 'topology' | 'node'>;

/** What keeps a copy from being made on a node; undefined: nothing. */
export function reasonToWait(
  { topology, node }: Seen,
  { replicas }: PartitionEntry,
  target: NodeId,
): WaitReason | undefined {
  if (topology.areMovesPaused) return 'paused';
  if (node(target)?.isUp !== true) return 'target_down';
  const inSync = replicas.filter(({ state }) => state === 'in_sync');
  const hasSource = inSync.length === 0 || inSync.some(({ nodeId }) => node(nodeId)?.isUp === true);
  return hasSource ? undefined : 'no_source';
}

/** Of a replica that is being made; undefined: it goes on. */
export function reasonHeld(
  seen: Seen,
  entry: PartitionEntry,
  { nodeId, isAwaited }: ReplicaEntry,
): WaitReason | undefined {
  const reason = reasonToWait(seen, entry, nodeId);
  return reason === 'paused' && isAwaited ? undefined : reason;
}

/** Whether no node is left that could keep anything. */
export function hasNoNode({ topology, node }: Seen): boolean {
  const nodes = [...topology.nodes.values()];
  return !nodes.some(({ nodeId, intent }) => {
    return intent === 'active' && node(nodeId)?.isAway !== true;
  });
}
