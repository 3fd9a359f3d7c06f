/** What goes into and comes out of the acknowledgement machine (`write-acks.ts`). */
import type { Generation, NodeId } from '../../base/ids.js';
import type { OpOutcome } from './op-outcomes.js';
import type { Consistency } from './replica-set-view.js';
import type { WriteFault } from './replica-standing.js';

export interface WriteAcksOptions {
  consistency: Consistency;
  opCount: number;
  /** What is known of the operations; filled in as replicas answer. Default: nothing yet. */
  outcomes?: OpOutcome[];
  /** When the caller must have an answer. */
  deadlineAtMs: number;
  /** How long replicas that refuse for a passing reason are asked again. */
  patienceMs: number;
}

/** `topology_unavailable`: a replica could not be taken out in time. */
export type WriteFailureCause =
  | WriteFault
  | 'not_enough_replicas'
  | 'topology_unavailable'
  | 'dropped';

export type WriteSettlement =
  | { status: 'acknowledged'; outcomes: readonly OpOutcome[] }
  | {
      status: 'failed';
      cause: WriteFailureCause;
      /** The replica to blame; undefined where it is nobody's alone. */
      nodeId: NodeId | undefined;
      detail: string;
    };

export type WriteAcksEffect =
  | { kind: 'send'; nodeId: NodeId; generation: Generation; delayMs: number }
  /** Take it out of the in-sync set; answer with `evicted`, `evictionRefused` or `evictionsDelayed`. */
  | { kind: 'evict'; nodeId: NodeId; cause: WriteFault }
  /** A recovering replica did not take the write. */
  | { kind: 'missed'; nodeId: NodeId }
  | { kind: 'settle'; settlement: WriteSettlement }
  /** Nothing is under way any more. */
  | { kind: 'finish' };
