/**
 * The topology store of one of several coordinators, over {@link SimEtcd}: a call takes a way there
 * and a way back, and fails when it finds nobody, or when the answer does not come; then it may have
 * happened all the same. Changes are told some time after they were made, and found by every read.
 */
import { delay } from '../../src/base/clock.js';
import type { Epoch } from '../../src/base/ids.js';
import { invariant } from '../../src/base/invariant.js';
import type { Random } from '../../src/base/random.js';
import type { Version } from '../../src/base/version.js';
import type { Topology } from '../../src/coordinator/topology/topology.js';
import {
  type ControllerSeat,
  type TopologyStore,
  TopologyStoreError,
} from '../../src/coordinator/topology/topology-store.js';
import { TopologyWatchers } from '../../src/coordinator/topology/topology-watchers.js';
import type { EventLog } from './event-log.js';
import type { StorePlan } from './fault-plan.js';
import { chance, exponential } from './seed-streams.js';
import type { Holder, SimEtcd } from './sim-etcd.js';
import type { SimProcess } from './sim-process.js';

export interface SimSharedStoreParts {
  etcd: SimEtcd;
  holder: Holder;
  process: SimProcess;
  random: Random;
  plan: StorePlan;
  log: EventLog;
  /** False: nothing goes wrong by itself. */
  isHostile(): boolean;
  /** Changes are told so much later; a fault may raise it. */
  watchLagMs(): number;
}

export class SimSharedStore implements TopologyStore {
  readonly isShared = true;
  readonly #parts: SimSharedStoreParts;
  readonly #watchers = new TopologyWatchers();
  #isClosed = false;

  constructor(parts: SimSharedStoreParts) {
    this.#parts = parts;
    parts.etcd.observe((_, after) => this.#tellLater(after));
  }

  load(): Promise<Topology | undefined> {
    return this.#call((etcd) => etcd.topology).then((found) => {
      if (found !== undefined) this.#watchers.publish(found);
      return found;
    });
  }

  compareAndSwap(expected: Epoch | undefined, next: Topology): Promise<boolean> {
    invariant(next.epoch > (expected ?? -1), `epoch ${next.epoch} is not newer`);
    return this.#call((etcd, holder) => etcd.compareAndSwap(expected, next, holder));
  }

  watch(listener: (topology: Topology) => void): () => void {
    const { topology } = this.#parts.etcd;
    if (topology !== undefined) this.#tellLater(topology);
    return this.#watchers.add(listener);
  }

  async takeController(ttlMs: number): Promise<ControllerSeat | undefined> {
    const term = await this.#call((etcd, holder) => etcd.takeSeat(holder, ttlMs));
    if (term === undefined) return undefined;
    return {
      renew: () => this.#call((etcd) => etcd.renewSeat(term, ttlMs)),
      release: () => this.#call((etcd) => etcd.leaveSeat(term)),
    };
  }

  claimCoordinatorId(): Promise<number> {
    return this.#call((etcd, holder) => etcd.idOf(holder));
  }

  saveClockMark(mark: Version): Promise<void> {
    return this.#call((etcd) => etcd.raiseClockMark(mark));
  }

  loadClockMark(): Promise<Version> {
    return this.#call((etcd) => etcd.clockMark);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watchers.clear();
  }

  #tellLater(topology: Topology): void {
    const { process, random, plan, watchLagMs } = this.#parts;
    if (process.isDead || this.#isClosed) return;
    const lagMs = exponential(random, plan.watchMsMean) + watchLagMs();
    process.deliverIn(lagMs, () => this.#tell(topology));
  }

  /** What cannot be told now is told when the way is open again. */
  #tell(topology: Topology): void {
    const { etcd, holder, process, plan } = this.#parts;
    if (this.#isClosed) return;
    if (etcd.isReachedBy(holder)) this.#watchers.publish(topology);
    else process.setTimer(plan.timeoutMs, () => this.#tell(topology));
  }

  async #call<T>(act: (etcd: SimEtcd, holder: Holder) => T): Promise<T> {
    const { etcd, holder, process, random, plan, log } = this.#parts;
    const thereMs = exponential(random, plan.tripMsMean);
    const backMs = exponential(random, plan.tripMsMean);
    const isAnswerLost = chance(random, plan.lostRatio) && this.#parts.isHostile();
    if (this.#isClosed) throw away('it is closed');
    await delay(process, thereMs);
    if (!etcd.isReachedBy(holder)) {
      await delay(process, plan.timeoutMs);
      throw away('no answer');
    }
    const answer = act(etcd, holder);
    await delay(process, backMs);
    if (!isAnswerLost && etcd.isReachedBy(holder)) return answer;
    log.add(`coordinator ${holder} hears no answer of the topology store`);
    await delay(process, plan.timeoutMs);
    throw away('the answer was lost');
  }
}

function away(why: string): TopologyStoreError {
  return new TopologyStoreError('unavailable', `the topology store is away: ${why}`);
}
