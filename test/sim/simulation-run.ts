/** The phases of a run, one after the other, as long as nothing is wrong. */

import { splitCalmly } from './calm-split.js';
import { checkControllers } from './checkers/controllers.js';
import { checkDurable } from './checkers/durability.js';
import { watchMoves } from './checkers/moves.js';
import { untilShaped } from './checkers/shape-at-rest.js';
import { CollectionChurn } from './collection-churn.js';
import { FaultDriver } from './fault-driver.js';
import type { FaultKind, RequestKind } from './fault-plan.js';
import { forceWhatWasLost } from './last-copies.js';
import { Requests } from './requests.js';
import { healDivergence, untilEqual, untilInSync, untilQuiet } from './rest-phase.js';
import { chance, exponential, seedStream } from './seed-streams.js';
import { type ShapeChange, ShapeChanges } from './shape-changes.js';
import type { SimCluster } from './sim-cluster.js';
import { StrayReads } from './stray-reads.js';

/** The cluster must serve in full so long after the last fault. */
const HEALING_MS_MAX = 60_000;
/** Enough that every partition gets some. */
const PROBE_COUNT = 48;
/** Steps of the safety phase between two looks at everything. */
const STEPS_PER_LOOK = 20;
const STOP_MS_MAX = 10_000;
/** Longer than any request or write of a replica takes. */
const QUIET_MS = 8_000;
/** A coordinator that stops may wait for its seat to be given back, and for a comparison to end. */
const STOPPED_MS_MAX = 2_000;
const patient = { deadlineMs: 20_000, cancelAfterMs: undefined };
const hasty = { deadlineMs: 1_000, cancelAfterMs: undefined };

export class SimulationRun {
  readonly #cluster: SimCluster;
  readonly #requests: Requests;
  readonly #churn: CollectionChurn;
  readonly #faults: FaultDriver;
  readonly #strays: StrayReads;
  readonly #shape: ShapeChanges;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#requests = new Requests(cluster);
    this.#churn = new CollectionChurn(cluster);
    this.#faults = new FaultDriver(cluster);
    this.#strays = new StrayReads(cluster);
    this.#shape = new ShapeChanges(cluster);
    if (cluster.plan.shape !== undefined) watchMoves(cluster);
  }

  get outcomes(): Map<string, number> {
    return this.#requests.frame.outcomes;
  }

  get firedFaults(): Map<FaultKind, number> {
    return this.#faults.fired;
  }

  get shapeChanges(): Map<ShapeChange, number> {
    return this.#shape.made;
  }

  onError(kind: string, error: unknown): void {
    const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#cluster.violations.add('nothing throws', `${kind}: ${shown}`);
  }

  async all(): Promise<void> {
    await this.#cluster.start();
    const phases = [
      () => this.#safetyPhase(),
      () => this.#heal(),
      () => untilShaped(this.#cluster),
      () => untilInSync(this.#cluster),
      () => this.#calmTraffic(),
      () => splitCalmly(this.#cluster, this.#requests),
      () => untilShaped(this.#cluster),
      () => untilInSync(this.#cluster),
      () => this.#comeToRest(),
      () => this.#settleAll(),
      () => this.#stop(),
    ];
    for (const phase of phases) if (this.#isSound()) await phase();
  }

  async #safetyPhase(): Promise<void> {
    const { world, plan } = this.#cluster;
    const random = seedStream(plan.seed, 'arrivals');
    this.#cluster.network.isCalm = false;
    this.#faults.schedule(plan.faults);
    for (let step = 0; step < plan.steps && this.#isSound(); step += 1) {
      await world.runForAsync(exponential(random, plan.workload.intervalMs));
      void this.#requests.next();
      if (chance(random, plan.workload.churnRatio)) void this.#churn.next();
      if (plan.shape && chance(random, plan.shape.changeRatio)) void this.#shape.next();
      this.#requests.frame.checkOverdue();
      if (step % STEPS_PER_LOOK > 0) continue;
      this.#strays.next();
      checkControllers(this.#cluster);
      checkDurable(this.#cluster, this.#cluster.history.ids());
    }
  }

  /** All faults end; requests from before end too, and the cluster serves in full again. */
  async #heal(): Promise<void> {
    const { world, violations } = this.#cluster;
    this.#faults.heal();
    this.#shape.end();
    const healedAtMs = world.nowMs();
    await this.#allEnded();
    while (this.#isSound() && !((await this.#shape.lastWord()) && (await this.#serves()))) {
      await world.runForAsync(100);
      await forceWhatWasLost(this.#cluster);
      if (world.nowMs() - healedAtMs < HEALING_MS_MAX) continue;
      violations.add(
        'the cluster heals',
        `it does not serve ${HEALING_MS_MAX} ms after all faults`,
      );
    }
  }

  /** Reads first: they show what survived before anything is written over it. */
  async #serves(): Promise<boolean> {
    const { reads, writes } = this.#requests;
    const ids = this.#cluster.history.ids();
    const probes = Array.from({ length: PROBE_COUNT }, (_, i) => `probe-${i}`);
    const sends = [
      () => reads.get(ids, hasty),
      () => reads.search(true, hasty, Math.max(1, ids.length)),
      () => reads.search(false, hasty, Math.max(1, ids.length)),
      () => reads.count(hasty),
      () => writes.write(probes, 'upsert', hasty),
    ];
    for (const send of sends) {
      if ((await this.#cluster.settled(send())) !== 'ok') return false;
    }
    return true;
  }

  /** Without faults every request succeeds, a search with full coverage. */
  async #calmTraffic(): Promise<void> {
    const kinds: RequestKind[] = ['upsert', 'delete', 'get', 'count', 'list', 'upsert'];
    for (const kind of kinds) {
      await this.#mustSucceed(() => this.#requests.send(kind, patient), kind);
    }
    if (this.#isSound()) await this.#churn.checkKept();
  }

  async #comeToRest(): Promise<void> {
    const { world } = this.#cluster;
    await world.runForAsync(QUIET_MS);
    await untilQuiet(this.#cluster);
    this.#churn.checkNothingLeft();
    if (this.#isSound()) await untilEqual(this.#cluster);
    if (this.#isSound()) await healDivergence(this.#cluster);
  }

  /** Every id is written once more: that settles what was indeterminate, and all replicas agree. */
  async #settleAll(): Promise<void> {
    const ids = this.#cluster.history.ids();
    for (const kind of ['upsert', 'delete'] as const) {
      const share = ids.filter((_, i) => (i % 4 === 3) === (kind === 'delete'));
      for (let i = 0; i < share.length; i += 50) {
        await this.#mustSucceed(
          () => this.#requests.writes.write(share.slice(i, i + 50), kind, patient),
          kind,
        );
      }
    }
    const topK = Math.max(1, ids.length);
    await this.#mustSucceed(() => this.#requests.reads.search(true, patient, topK), 'exact search');
    await this.#mustSucceed(() => this.#requests.reads.search(false, patient, topK), 'search');
    await this.#mustSucceed(() => this.#requests.reads.get(ids, patient), 'get');
    await this.#mustSucceed(() => this.#requests.reads.count(patient), 'count');
    // Their deadlines are far off: a timer or a call that outlives its request shows.
    await this.#cluster.world.runForAsync(50);
    await untilQuiet(this.#cluster);
    if (this.#isSound()) await untilEqual(this.#cluster);
  }

  /** Nodes finish what they have, and stop. */
  async #stop(): Promise<void> {
    const { nodes, violations, coordinators } = this.#cluster;
    for (const { coordinator } of coordinators) void coordinator?.close();
    const areQuiet = () => coordinators.every(({ process }) => process.timerCount <= nodes.length);
    await this.#cluster.passes(areQuiet, STOPPED_MS_MAX, 100);
    for (const { process, name } of coordinators) {
      if (process.timerCount <= nodes.length || !this.#isSound()) continue;
      const left = process.timerCount;
      violations.add('nothing outlives its request', `${left} timers of the ${name} wait on`);
    }
    for (const { nodeId, shardNode } of nodes) {
      if (shardNode === undefined || !this.#isSound()) continue;
      const hasStopped = await this.#cluster.settled(shardNode.stop(STOP_MS_MAX));
      if (!hasStopped) violations.add('a node stops', `${nodeId} has calls that never end`);
    }
  }

  async #mustSucceed(send: () => Promise<string>, what: string): Promise<void> {
    if (!this.#isSound()) return;
    const end = await this.#cluster.settled(send());
    if (end === 'ok') return;
    this.#cluster.violations.add('without faults requests succeed', `${what}: ${end}`);
  }

  async #allEnded(): Promise<void> {
    const { world, plan } = this.#cluster;
    await world.runForAsync(plan.workload.deadlineMsMax + 10);
    this.#requests.frame.checkOverdue();
  }

  #isSound(): boolean {
    return this.#cluster.violations.found.length === 0;
  }
}
