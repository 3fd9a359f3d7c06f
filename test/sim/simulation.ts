/**
 * One run: the cluster comes up; requests and faults (safety: what is claimed must hold whatever goes
 * wrong); then everything heals, and the cluster must serve again within a bound, bring its replicas
 * level, find exactly what was written, and let go of all work (liveness).
 */
import { partitionOf } from '../../src/base/hash64.js';
import { settlePromises } from '../support/virtual-clock.js';
import { checkLeftovers } from './checkers/leftovers.js';
import { checkDigests } from './checkers/replica-digests.js';
import { CollectionChurn } from './collection-churn.js';
import { FaultDriver } from './fault-driver.js';
import type { FaultKind, RequestKind, SimPlan } from './fault-plan.js';
import { hooksFor, type PlantedBug } from './planted-bugs.js';
import { Requests } from './requests.js';
import { chance, exponential, seedStream } from './seed-streams.js';
import { SimCluster } from './sim-cluster.js';
import type { Violation } from './violations.js';

/** The cluster must serve in full so long after the last fault. */
const HEALING_MS_MAX = 20_000;
/** Enough that every partition gets some. */
const PROBE_COUNT = 48;
const STOP_MS_MAX = 10_000;
/** Longer than any request or write of a replica takes. */
const QUIET_MS = 8_000;
const patient = { deadlineMs: 20_000, cancelAfterMs: undefined };
const hasty = { deadlineMs: 1_000, cancelAfterMs: undefined };

export interface SimResult {
  plan: SimPlan;
  violations: Violation[];
  /** Of all that happened, in order. */
  eventHash: string;
  eventCount: number;
  lastEvents: string[];
  outcomes: Map<string, number>;
  firedFaults: Map<FaultKind, number>;
  messageCount: number;
  lateDeliveryCount: number;
  virtualMs: number;
}

export async function runSimulation(plan: SimPlan, bug?: PlantedBug): Promise<SimResult> {
  const cluster = new SimCluster(plan, hooksFor(bug));
  const run = new Run(cluster);
  const onRejection = (error: unknown) => run.onError('unhandled rejection', error);
  process.on('unhandledRejection', onRejection);
  try {
    await run.all();
    await settlePromises();
  } catch (error) {
    run.onError('the run threw', error);
  } finally {
    process.off('unhandledRejection', onRejection);
  }
  return run.result();
}

/** Runs it twice: both runs must be the same, event by event. */
export async function runTwice(plan: SimPlan, bug?: PlantedBug): Promise<SimResult> {
  const result = await runSimulation(plan, bug);
  if (result.violations.length > 0) return result;
  const again = await runSimulation(plan, bug);
  if (again.eventHash !== result.eventHash) {
    const detail = `${result.eventHash}, then ${again.eventHash}`;
    result.violations.push({ claim: 'a seed decides everything', detail, atMs: 0 });
  }
  return result;
}

class Run {
  readonly #cluster: SimCluster;
  readonly #requests: Requests;
  readonly #churn: CollectionChurn;
  readonly #faults: FaultDriver;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#requests = new Requests(cluster);
    this.#churn = new CollectionChurn(cluster);
    this.#faults = new FaultDriver(cluster);
  }

  onError(kind: string, error: unknown): void {
    const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#cluster.violations.add('nothing throws', `${kind}: ${shown}`);
  }

  async all(): Promise<void> {
    await this.#cluster.start();
    await this.#safetyPhase();
    await this.#heal();
    await this.#calmTraffic();
    await this.#comeToRest();
    await this.#settleAll();
    await this.#stop();
  }

  result(): SimResult {
    const { plan, violations, log, network, world } = this.#cluster;
    return {
      plan,
      violations: violations.found,
      eventHash: log.hash(),
      eventCount: log.count,
      lastEvents: log.lastLines(60),
      outcomes: this.#requests.frame.outcomes,
      firedFaults: this.#faults.fired,
      messageCount: network.messageCount,
      lateDeliveryCount: network.lateCount,
      virtualMs: world.nowMs(),
    };
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
      this.#requests.frame.checkOverdue();
    }
  }

  /** All faults end; requests from before end too, and the cluster serves in full again. */
  async #heal(): Promise<void> {
    const { world, violations } = this.#cluster;
    this.#faults.heal();
    const healedAtMs = world.nowMs();
    await this.#allEnded();
    while (this.#isSound() && !(await this.#serves())) {
      await world.runForAsync(100);
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
    await this.#untilNoHeartbeat();
    checkLeftovers(this.#cluster);
    this.#churn.checkNothingLeft();
    if (this.#isSound()) checkDigests(this.#cluster, 'unless_a_write_failed', this.#partitionOf);
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
    await this.#untilNoHeartbeat();
    if (!this.#isSound()) return;
    checkLeftovers(this.#cluster);
    checkDigests(this.#cluster, 'always', this.#partitionOf);
  }

  /** Nodes finish what they have, and stop. */
  async #stop(): Promise<void> {
    const { nodes, coordinator, violations, coordinatorProcess } = this.#cluster;
    coordinator?.close();
    await this.#cluster.world.runForAsync(100);
    if (coordinatorProcess.timerCount > nodes.length && this.#isSound()) {
      const left = coordinatorProcess.timerCount;
      violations.add('nothing outlives its request', `${left} timers wait after the close`);
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

  /** Heartbeats are calls too, but nobody's. */
  async #untilNoHeartbeat(): Promise<void> {
    const { world, coordinator } = this.#cluster;
    if (coordinator === undefined) return;
    const limitAtMs = world.nowMs() + 2_000;
    const isQuiet = () => coordinator.nodes.all().every(({ link }) => link.outstanding === 0);
    while (!isQuiet() && world.nowMs() < limitAtMs) await world.runForAsync(1);
  }

  #isSound(): boolean {
    return this.#cluster.violations.found.length === 0;
  }

  readonly #partitionOf = (id: string): number =>
    partitionOf(id, this.#cluster.plan.cluster.partitionCount);
}
