/**
 * Searches at any multiple of what three nodes can do, on a virtual clock, through the production's
 * search service, gate, limits, router and node schedulers. Callers come at random however the service
 * does, give up after their timeout, and try again as the SDK does. Everything comes from one seed.
 */
import { Scheduler } from '../../../shards/scheduler.js';
import { AnnulusError } from '../../../src/base/errors.js';
import { silentLogger } from '../../../src/base/logger.js';
import { type Random, seededRandom } from '../../../src/base/random.js';
import { RetryBudget } from '../../../src/base/retry-budget.js';
import { resolveClientOptions } from '../../../src/client/client-options.js';
import { retryDelayMs } from '../../../src/client/retry-policy.js';
import { NodeRegistry } from '../../../src/coordinator/nodes/node-registry.js';
import { RequestContext } from '../../../src/coordinator/request-context.js';
import { ReadRouter } from '../../../src/coordinator/search/read-router.js';
import { SearchService } from '../../../src/coordinator/search/search-service.js';
import { makeTopology, type NodeEntry } from '../../../src/coordinator/topology/topology.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import { SimProcess } from '../sim-process.js';
import { OverloadNode } from './overload-node.js';
import { CAPACITY, collection, NODE_IDS, search } from './searched-collection.js';

export interface OverloadPhase {
  /** Searches per second over what the nodes can do. */
  loadRatio: number;
  durationMs: number;
  /** Of one of the nodes. Default 1. */
  slowFactor?: number;
}

export interface OverloadRun {
  phases: readonly OverloadPhase[];
  seed: number;
  coordinators?: number;
}

export interface PhaseResult {
  offered: number;
  /** Calls answered within their timeout that began in this phase. */
  good: number;
  /** Calls answered in this phase, within their timeout, over what the nodes can do in its time. */
  goodRatio: number;
  refused: number;
  timedOut: number;
  p50Ms: number;
  p99Ms: number;
  /** How soon refused calls were told, at the most. */
  refusalP99Ms: number;
}

export interface OverloadResult {
  phases: PhaseResult[];
  waitingMax: number;
  nodeQueueMax: number;
  inFlightMax: number;
  /** Work that nobody got, over all of it. */
  wastedRatio: number;
  hedges: number;
}

const TIMEOUT_MS = 1_000;
const COORDINATOR_MS = 0.06;
interface SimCoordinator {
  process: SimProcess;
  router: ReadRouter;
  service: SearchService;
}

interface Call {
  phase: number;
  beganAtMs: number;
}

interface Ended extends Call {
  how: 'good' | 'refused' | 'timed_out';
  tookMs: number;
}

export async function runOverload(run: OverloadRun): Promise<OverloadResult> {
  const sim = new OverloadSim(run);
  return sim.run();
}

class OverloadSim {
  readonly #run: OverloadRun;
  readonly #world = new VirtualClock();
  readonly #random: Random;
  readonly #nodes: OverloadNode[];
  readonly #coordinators: SimCoordinator[];
  readonly #budget = new RetryBudget({ ratio: 0.1, perSecondMin: 10 }, 0);
  readonly #retry = resolveClientOptions({}).retry;
  readonly #ended: Ended[] = [];
  readonly #offered: number[] = [];
  readonly #beganAtMs: number[] = [];
  #waitingMax = 0;
  #inFlightMax = 0;

  constructor(run: OverloadRun) {
    this.#run = run;
    this.#random = seededRandom(run.seed);
    this.#nodes = NODE_IDS.map((id) => this.#makeNode(id));
    const count = run.coordinators ?? 1;
    this.#coordinators = Array.from({ length: count }, () => this.#makeCoordinator());
  }

  async run(): Promise<OverloadResult> {
    await this.#world.runForAsync(1);
    const { phases } = this.#run;
    for (const [i, { loadRatio, durationMs, slowFactor = 1 }] of phases.entries()) {
      const untilMs = this.#world.nowMs() + durationMs;
      (this.#nodes[0] as OverloadNode).slowFactor = slowFactor;
      this.#offered.push(0);
      this.#beganAtMs.push(this.#world.nowMs());
      this.#arriveFrom(i, loadRatio * CAPACITY, untilMs);
      await this.#world.runForAsync(durationMs);
    }
    await this.#world.runForAsync(2 * TIMEOUT_MS);
    for (const { router } of this.#coordinators) router.nodes.close();
    const totalMs = phases.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const wastedMs = this.#nodes.reduce((sum, node) => sum + node.wastedMs, 0);
    return {
      phases: phases.map((phase, i) => this.#resultOf(i, phase)),
      waitingMax: this.#waitingMax,
      nodeQueueMax: Math.max(...this.#nodes.map(({ queueDepthMax }) => queueDepthMax)),
      inFlightMax: this.#inFlightMax,
      wastedRatio: wastedMs / (totalMs * this.#nodes.length),
      hedges: this.#coordinators.reduce((sum, { router }) => sum + router.counters.hedgesSent, 0),
    };
  }

  #arriveFrom(phase: number, perSecond: number, untilMs: number): void {
    const arrive = () => {
      if (this.#world.nowMs() >= untilMs) return;
      this.#offered[phase] = (this.#offered[phase] as number) + 1;
      this.#budget.deposit();
      void this.#call({ phase, beganAtMs: this.#world.nowMs() });
      this.#world.setTimer((-Math.log(1 - this.#random.next()) * 1_000) / perSecond, arrive);
    };
    arrive();
  }

  /** One caller's call, with its retries. */
  async #call(call: Call): Promise<void> {
    const leftMs = () => call.beganAtMs + TIMEOUT_MS - this.#world.nowMs();
    for (let attempts = 1; ; attempts += 1) {
      const error = await this.#attempt(leftMs());
      const tookMs = this.#world.nowMs() - call.beganAtMs;
      const isLate = tookMs >= TIMEOUT_MS;
      if (error === undefined || isLate) {
        this.#ended.push({ ...call, tookMs, how: isLate ? 'timed_out' : 'good' });
        return;
      }
      const delayMs = this.#delayMs(error, attempts, leftMs());
      if (delayMs === undefined) {
        this.#ended.push({ ...call, tookMs, how: 'refused' });
        return;
      }
      await new Promise<void>((resolve) => this.#world.setTimer(delayMs, resolve));
    }
  }

  #delayMs(error: AnnulusError, attempts: number, remainingMs: number): number | undefined {
    const [nowMs, chance] = [this.#world.nowMs(), this.#random.next()];
    const question = { error, attempts, nowMs, remainingMs, chance, isFree: false };
    return retryDelayMs(question, this.#retry, this.#budget);
  }

  /** Undefined: answered. The caller hears of it at his own deadline at the latest. */
  #attempt(timeoutMs: number): Promise<AnnulusError | undefined> {
    const turn = Math.floor(this.#random.next() * this.#coordinators.length);
    const { process, router, service } = this.#coordinators[turn] as SimCoordinator;
    const deadlineAtMs = this.#world.nowMs() + timeoutMs;
    return new Promise((resolve) => {
      const timer = this.#world.setTimer(timeoutMs, () => resolve(lateError()));
      process.deliver(this.#world.nowMs(), () => {
        process.spend(COORDINATOR_MS);
        const context = new RequestContext(process.nowMs(), deadlineAtMs);
        service
          .search(collection, search, context)
          .then(
            () => undefined,
            (error: AnnulusError) => error,
          )
          .then((error) => {
            timer.cancel();
            resolve(error);
          });
        this.#waitingMax = Math.max(this.#waitingMax, router.gate.waitingCount);
        const inFlight = router.nodes.all().map(({ readsInFlight }) => readsInFlight);
        this.#inFlightMax = Math.max(this.#inFlightMax, ...inFlight);
      });
    });
  }

  #resultOf(i: number, { durationMs }: OverloadPhase): PhaseResult {
    const fromMs = this.#beganAtMs[i] as number;
    const inTime = this.#ended.filter(({ how, beganAtMs, tookMs }) => {
      const endedAtMs = beganAtMs + tookMs;
      return how === 'good' && endedAtMs >= fromMs && endedAtMs < fromMs + durationMs;
    });
    const ended = this.#ended.filter(({ phase }) => phase === i);
    const tookMs = (how: Ended['how']) =>
      ended.flatMap((end) => (end.how === how ? [end.tookMs] : [])).sort((a, b) => a - b);
    const at = (sorted: number[], q: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
    const [good, refused] = [tookMs('good'), tookMs('refused')];
    return {
      offered: this.#offered[i] as number,
      good: good.length,
      goodRatio: inTime.length / ((durationMs / 1_000) * CAPACITY),
      refused: refused.length,
      timedOut: tookMs('timed_out').length,
      p50Ms: at(good, 0.5),
      p99Ms: at(good, 0.99),
      refusalP99Ms: at(refused, 0.99),
    };
  }

  #makeNode(id: (typeof NODE_IDS)[0]): OverloadNode {
    const process = new SimProcess(this.#world);
    return new OverloadNode(id, this.#world, process, new Scheduler(process), this.#random);
  }

  #makeCoordinator(): SimCoordinator {
    const process = new SimProcess(this.#world);
    const entries = NODE_IDS.map((id): NodeEntry => {
      return { nodeId: id, address: `${id}:1`, zone: '', weight: 1, intent: 'active' };
    });
    const registry = new NodeRegistry(
      makeTopology('sim', 1, entries, []),
      ({ nodeId: id }, observer) => {
        const node = this.#nodes.find((known) => known.nodeId === id) as OverloadNode;
        process.defer(() => observer.onConnected());
        return node.link(process);
      },
      process,
      this.#random,
      silentLogger,
    );
    const router = new ReadRouter(registry, process, this.#random);
    return { process, router, service: new SearchService(router) };
  }
}

function lateError(): AnnulusError {
  return new AnnulusError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'the caller gave up');
}
