/**
 * Which replica a read goes to, how long it is waited for, and what may be sent beyond first attempts:
 * candidates by health (`read-candidates.ts`), then the balancing policy, then the budget. One router
 * for all reads; each read has a `ReadRoute` of its own.
 */
import type { Clock } from '../../base/clock.js';
import type { CollectionId, Generation, NodeId } from '../../base/ids.js';
import type { Random } from '../../base/random.js';
import { createPickers } from '../balancing/pickers.js';
import type { BalancingPolicy, ReplicaPicker } from '../balancing/replica-picker.js';
import { type HealthState, isPanic } from '../health/node-health.js';
import { type NodeRegistry, replicaKey } from '../nodes/node-registry.js';
import type { RegisteredNode } from '../nodes/registered-node.js';
import { isSearchable } from '../nodes/replica-conditions.js';
import { type AdmissionOptions, defaultAdmissionOptions } from '../resilience/admission.js';
import {
  defaultHedgeOptions,
  type HedgeOptions,
  isHedgingUnwise,
} from '../resilience/hedge-policy.js';
import { ReadGate } from '../resilience/read-gate.js';
import {
  defaultRetryBudgetOptions,
  RetryBudget,
  type RetryBudgetOptions,
} from '../resilience/retry-budget.js';
import { type CollectionEntry, collectionInForce } from '../topology/topology.js';
import type { MissingReason } from './coverage.js';
import { type CandidateTier, type ReadableNode, readCandidates } from './read-candidates.js';
import { newReadCounters } from './read-counters.js';
import type {
  AttemptCause,
  PartitionRead,
  RetryCause,
  ScatterGatherView,
} from './scatter-gather-port.js';

export interface ReadRouterOptions {
  hedge: HedgeOptions;
  budget: RetryBudgetOptions;
  /** What may wait when nodes have as many reads as they should. */
  admission: AdmissionOptions;
}

export const defaultReadRouterOptions: ReadRouterOptions = {
  hedge: defaultHedgeOptions,
  budget: defaultRetryBudgetOptions,
  admission: defaultAdmissionOptions,
};

/** What a route is for. */
export interface RouteRequest {
  collection: CollectionId;
  /** Reads that take about as long as each other: they share their hedge delays. */
  kind: string;
  policy: BalancingPolicy;
  /** Empty: none. */
  routingKey: string;
}

/** Why a node was picked. */
export interface PickReason {
  nodeId: NodeId;
  policy: BalancingPolicy;
  tier: CandidateTier;
  candidateCount: number;
  /** What the policy saw, in requests. */
  load: number;
}

export class ReadRouter {
  readonly nodes: NodeRegistry;
  readonly clock: Clock;
  readonly random: Random;
  readonly options: ReadRouterOptions;
  readonly budget: RetryBudget;
  /** What every read passes before it is planned. */
  readonly gate: ReadGate;
  readonly counters = newReadCounters();
  readonly #pickers: Record<BalancingPolicy, ReplicaPicker>;

  constructor(
    nodes: NodeRegistry,
    clock: Clock,
    random: Random,
    options: ReadRouterOptions = defaultReadRouterOptions,
  ) {
    this.nodes = nodes;
    this.clock = clock;
    this.random = random;
    this.options = options;
    this.budget = new RetryBudget(options.budget, clock.nowMs());
    this.gate = new ReadGate(
      { hasRoom: (nodeId) => this.#hasRoom(nodeId) },
      clock,
      options.admission,
    );
    this.#pickers = createPickers(random);
  }

  route(request: RouteRequest): ReadRoute {
    this.budget.deposit(this.clock.nowMs());
    return new ReadRoute(this, request, this.#pickers[request.policy]);
  }

  /** The collection that has taken this one's place; undefined: none has. */
  heirOf({ id }: CollectionEntry): CollectionEntry | undefined {
    const inForce = collectionInForce(this.nodes.topology, id);
    return inForce?.id === id ? undefined : inForce;
  }

  /** True when so many nodes look bad that it is the looking that must be wrong. */
  get isPanic(): boolean {
    const states: HealthState[] = [];
    for (const node of this.nodes.all()) if (node.link.isConnected) states.push(node.health.state);
    return isPanic(states);
  }

  get isHedgingUnwise(): boolean {
    return isHedgingUnwise(
      this.#connected().map((node) => node.loadMeter),
      this.options.hedge,
    );
  }

  #hasRoom(nodeId: NodeId): boolean | undefined {
    const node = this.nodes.get(nodeId);
    if (node === undefined || !node.link.isConnected) return undefined;
    // In panic it is the looking that is wrong: limits hold all the more.
    if (node.health.state !== 'up' && !this.isPanic) return undefined;
    return !node.isFull(this.clock.nowMs());
  }

  #connected(): RegisteredNode[] {
    return this.nodes.all().filter((node) => node.link.isConnected);
  }
}

/** Failures after which nobody works on the read any more, and nobody was kept busy by it. */
const COSTLESS: ReadonlySet<MissingReason> = new Set([
  'unavailable',
  'missing',
  'corrupt',
  'stale_generation',
  'unknown_generation',
]);

/** The world as one read sees it. */
export class ReadRoute implements ScatterGatherView {
  readonly router: ReadRouter;
  readonly request: RouteRequest;
  readonly #picker: ReplicaPicker;
  readonly #isPanic: boolean;
  readonly #reasons: PickReason[] = [];
  /** Retries that the budget did not allow. */
  refusedRetries = 0;

  constructor(router: ReadRouter, request: RouteRequest, picker: ReplicaPicker) {
    this.router = router;
    this.request = request;
    this.#picker = picker;
    this.#isPanic = router.isPanic;
  }

  /** Why a node was picked the last time that it was. */
  reasonOf(nodeId: NodeId): PickReason | undefined {
    return this.#reasons.findLast((reason) => reason.nodeId === nodeId);
  }

  pick(
    read: PartitionRead,
    nodeIds: readonly NodeId[],
    planned: ReadonlyMap<NodeId, readonly unknown[]>,
    cause: AttemptCause,
  ): NodeId | undefined {
    const key = replicaKey(this.request.collection, read.partition);
    const nodes: ReadableNode[] = [];
    for (const nodeId of nodeIds) {
      const node = this.router.nodes.get(nodeId);
      if (node === undefined || !node.link.isConnected) continue;
      nodes.push(this.#readable(node, key, read.generation, planned.get(nodeId)?.length ?? 0));
    }
    const candidates = readCandidates(nodes, this.#isPanic, this.router.random);
    if (candidates === undefined) return undefined;
    const isLastResort = candidates.tier === 'suspect' || candidates.tier === 'not_open';
    if (cause === 'hedge' && isLastResort && this.#isAskedOneUp(read, nodeIds)) return undefined;
    const { routingKey } = this.request;
    const picked = this.#picker.pick(candidates.nodes, { partition: read.partition, routingKey });
    this.#reasons.push({
      nodeId: picked.nodeId,
      policy: this.#picker.policy,
      tier: candidates.tier,
      candidateCount: candidates.nodes.length,
      load: picked.load,
    });
    return picked.nodeId;
  }

  hedgeDelayMs(nodeId: NodeId, partitionCount: number): number | undefined {
    const nowMs = this.router.clock.nowMs();
    const node = this.router.nodes.get(nodeId);
    return node?.latencies.hedgeDelayMs(this.request.kind, partitionCount, nowMs);
  }

  spendRetry(cause: RetryCause): boolean {
    const isGranted = this.#spend(cause);
    if (!isGranted) this.refusedRetries += 1;
    return isGranted;
  }

  #spend(cause: RetryCause): boolean {
    const { budget, clock, gate, counters } = this.router;
    const nowMs = clock.nowMs();
    if (this.#isReplacement(cause)) return budget.tryWithdraw('replacement', nowMs);
    if (gate.waitingCount > 0) {
      counters.retriesShed += 1;
      return false;
    }
    if (cause.kind === 'reroute') return budget.tryWithdraw('reroute', nowMs);
    return !this.router.isHedgingUnwise && budget.tryWithdraw('hedge', nowMs);
  }

  /** One of those that are not named, since they were asked already, is well: merely late. */
  #isAskedOneUp({ nodeIds }: PartitionRead, named: readonly NodeId[]): boolean {
    const asked = nodeIds.filter((nodeId) => !named.includes(nodeId));
    return asked.some((nodeId) => this.router.nodes.get(nodeId)?.health.state === 'up');
  }

  /** True when nobody works on what is asked again. */
  #isReplacement(cause: RetryCause): boolean {
    if (cause.kind === 'reroute') return cause.failures.every((failure) => COSTLESS.has(failure));
    return this.router.nodes.get(cause.lateNodeId)?.health.state !== 'up';
  }

  #readable(
    node: RegisteredNode,
    key: string,
    generation: Generation,
    planned: number,
  ): ReadableNode {
    const nowMs = this.router.clock.nowMs();
    const condition = node.reports.get(key)?.condition ?? 'open';
    return {
      nodeId: node.nodeId,
      load: node.load(nowMs) + planned,
      latencyMs: node.loadMeter.latencyMs(nowMs),
      weight: node.entry.weight,
      health: node.health.state,
      isPushingBack: node.isFull(nowMs),
      isReplicaOpen: isSearchable(condition) && node.isToldOf(key, generation),
      readinessRatio: node.health.readinessRatio(nowMs),
    };
  }
}
