/**
 * Carries out the effects of `WriteAcks` machines: sends over links, takes replicas out of in-sync
 * sets, keeps the machines in step with the topology. A write runs on after its caller was answered,
 * until every in-sync replica has it or is out; once sent, it is not taken back.
 */
import type { Clock } from '../../base/clock.js';
import type { CollectionId } from '../../base/ids.js';
import type { NodeRegistry } from '../nodes/node-registry.js';
import type { InSyncKeeper } from '../replication/in-sync-keeper.js';
import type { ReplicationEvents } from '../replication/replication-events.js';
import type { Topology } from '../topology/topology.js';
import type { Consistency } from './replica-set-view.js';
import type { SettledWrite } from './write-batch.js';
import type { PartitionWrite } from './write-plan.js';
import { WriteRun } from './write-run.js';

/** What the driver needs of the `TopologyKeeper`. */
export interface TopologyFollower {
  readonly current: Topology;
  onChange(listener: (topology: Topology) => void): () => void;
}

export interface WriteDriverParts {
  topology: TopologyFollower;
  nodes: NodeRegistry;
  inSync: InSyncKeeper;
  events: ReplicationEvents;
  clock: Clock;
}

export interface WriteDriverOptions {
  /**
   * How long a replica may take over a write before it is taken out of the in-sync set. A replica
   * that is merely busy says so in three quarters of it. Default 5,000.
   */
  writeTimeoutMs: number;
}

export class WriteDriver {
  readonly #parts: WriteDriverParts;
  readonly #options: WriteDriverOptions;
  readonly #runs = new Set<WriteRun>();
  readonly #stopFollowing: () => void;

  constructor(parts: WriteDriverParts, options: WriteDriverOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#stopFollowing = parts.topology.onChange(() => {
      for (const run of this.#runs) run.topologyChanged();
    });
  }

  /** Writes under way, those whose callers were answered included. */
  get runCount(): number {
    return this.#runs.size;
  }

  /**
   * Resolves when each partition's write is settled: acknowledged or failed. `onFinished` is called
   * when nothing of it is under way any more, which may be later.
   */
  run(
    collectionId: CollectionId,
    writes: readonly PartitionWrite[],
    consistency: Consistency,
    deadlineAtMs: number,
    onFinished: () => void = () => {},
  ): Promise<SettledWrite[]> {
    return new Promise((resolve) => {
      const run = new WriteRun(
        { collectionId, writes, consistency, deadlineAtMs },
        this.#parts,
        this.#options,
        {
          onSettled: resolve,
          onFinished: () => {
            if (this.#runs.delete(run)) onFinished();
          },
        },
      );
      this.#runs.add(run);
      run.start();
    });
  }

  /** Lets go of what is still under way; takes no replica out any more. */
  close(): void {
    this.#stopFollowing();
    this.#parts.inSync.close();
    for (const run of this.#runs) run.abandon();
    this.#runs.clear();
  }
}
