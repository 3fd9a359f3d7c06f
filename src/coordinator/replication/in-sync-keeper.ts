/**
 * Changes the in-sync sets for the write path: takes out replicas that missed a write, puts in those
 * that have recovered. A dead node has many partitions and thousands of writes may be waiting, so what
 * is asked for within one turn of the event loop, or while a change is on its way to the store, is
 * made as one change. Changes follow one another, so a replica that misses a write while it is being
 * put in sync is out again before that write is acknowledged.
 */
import type { Clock } from '../../base/clock.js';
import type { PartStatus } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { type ReplicaRef, setReplicaState } from '../topology/replica-transitions.js';
import type { ReplicaState, Topology } from '../topology/topology.js';
import type { TransitionResult } from '../topology/topology-transitions.js';
import { type RecoveringWrites, replicaKey } from './recovering-writes.js';
import type { ReplicaPromotion, ReplicationEvents } from './replication-events.js';

/** What the keeper needs of the `TopologyKeeper`. */
export interface TopologyChanger {
  update(transition: (topology: Topology) => TransitionResult): Promise<Topology>;
}

export type EvictionOutcome = { status: 'evicted' } | { status: 'refused'; detail: string };

type Outcome = 'done' | 'unchanged' | 'missed_write' | { refused: string };

interface Wish {
  ref: ReplicaRef;
  state: ReplicaState;
  cause: PartStatus;
  outcome: Outcome;
  settle: (outcome: Outcome | Error) => void;
  settled: Promise<Outcome | Error>;
}

export class InSyncKeeper implements ReplicaPromotion {
  readonly #topology: TopologyChanger;
  readonly #recovering: RecoveringWrites;
  readonly #events: ReplicationEvents;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #wishes = new Map<string, Wish>();
  #isRunning = false;
  #isClosed = false;

  constructor(
    topology: TopologyChanger,
    recovering: RecoveringWrites,
    events: ReplicationEvents,
    clock: Clock,
    logger: Logger,
  ) {
    this.#topology = topology;
    this.#recovering = recovering;
    this.#events = events;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Takes a replica out of the in-sync set, durably. Never rejects. */
  async evict(ref: ReplicaRef, cause: PartStatus): Promise<EvictionOutcome> {
    this.#recovering.noteMissed(ref);
    const outcome = await this.#wish(ref, 'recovering', cause);
    if (outcome instanceof Error) return { status: 'refused', detail: outcome.message };
    if (typeof outcome === 'object') return { status: 'refused', detail: outcome.refused };
    // It was not in sync, so it had begun to recover, and that has to start over.
    if (outcome === 'unchanged') this.#events.recoveringMissedWrite(ref);
    return { status: 'evicted' };
  }

  async promote(ref: ReplicaRef): Promise<'in_sync' | 'missed_write' | 'refused'> {
    try {
      await this.#recovering.startAwaiting(ref);
      const outcome = await this.#wish(ref, 'in_sync', 'ok');
      if (outcome instanceof Error) throw outcome;
      if (typeof outcome === 'object') return 'refused';
      return outcome === 'missed_write' ? 'missed_write' : 'in_sync';
    } finally {
      this.#recovering.stopAwaiting(ref);
    }
  }

  /** Changes nothing any more: what is asked for is refused. */
  close(): void {
    this.#isClosed = true;
  }

  #wish(ref: ReplicaRef, state: ReplicaState, cause: PartStatus): Promise<Outcome | Error> {
    if (this.#isClosed) return Promise.resolve({ refused: 'this coordinator is stopping' });
    const key = `${replicaKey(ref)}/${state}`;
    const same = this.#wishes.get(key);
    if (same !== undefined) return same.settled;
    let settle: Wish['settle'] = () => {};
    const settled = new Promise<Outcome | Error>((resolve) => {
      settle = resolve;
    });
    this.#wishes.set(key, { ref, state, cause, outcome: 'unchanged', settle, settled });
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#clock.defer(() => void this.#run());
    }
    return settled;
  }

  async #run(): Promise<void> {
    while (this.#wishes.size > 0) {
      // Promotions first: of two wishes for one replica the cautious one has the last word.
      const wishes = [...this.#wishes.values()].sort((a, b) => a.state.localeCompare(b.state));
      this.#wishes = new Map();
      const failure = await this.#topology
        .update((topology) => this.#apply(topology, wishes))
        .then(() => undefined)
        .catch((error: unknown) => error);
      for (const wish of wishes) this.#conclude(wish, failure);
    }
    this.#isRunning = false;
  }

  #conclude(wish: Wish, failure: unknown): void {
    const { ref, state, cause, outcome } = wish;
    if (failure !== undefined) {
      this.#logger.error({ ...ref, state, error: String(failure) }, 'replica state not changed');
      wish.settle(failure instanceof Error ? failure : new Error(String(failure)));
      return;
    }
    if (outcome === 'done') {
      this.#logger.warn({ ...ref, cause }, `replica is ${state} now`);
      if (state === 'recovering') this.#events.evicted(ref, cause);
    }
    wish.settle(outcome);
  }

  /** May be called again on a newer topology; only the last outcomes count. */
  #apply(topology: Topology, wishes: readonly Wish[]): TransitionResult {
    let current = topology;
    for (const wish of wishes) {
      if (wish.state === 'in_sync' && this.#recovering.hasMissed(wish.ref)) {
        wish.outcome = 'missed_write';
        continue;
      }
      const result = setReplicaState(current, wish.ref, wish.state);
      if (result.kind === 'refused') wish.outcome = { refused: result.message };
      else wish.outcome = result.kind === 'changed' ? 'done' : 'unchanged';
      if (result.kind === 'changed') current = result.topology;
    }
    const kind = current === topology ? 'unchanged' : 'changed';
    return { kind, topology: current };
  }
}
