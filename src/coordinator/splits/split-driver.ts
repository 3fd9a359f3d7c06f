/**
 * Carries out what the split controller decides, a few times a second, all steps of one round as one
 * change of the topology; and what operators ask for. Only the controller of the cluster decides, any
 * coordinator may be asked.
 */
import type { Clock, Timer } from '../../base/clock.js';
import { AnnulusError } from '../../base/errors.js';
import { type CollectionId, collectionId } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import { type Random, randomHex } from '../../base/random.js';
import { type NodeRegistry, replicaKey } from '../nodes/node-registry.js';
import { placeNew } from '../topology/ring-placement.js';
import {
  beginSplit,
  cancelSplit,
  finishSplit,
  forgetRetired,
  type NewSplit,
} from '../topology/split-transitions.js';
import {
  type CollectionEntry,
  collectionInForce,
  fillingOf,
  type NodeEntry,
  type Topology,
} from '../topology/topology.js';
import { refused, type TransitionResult } from '../topology/topology-transitions.js';
import type { TopologyKeeper } from '../topology-keeper.js';
import { decideSplits, type SplitStep } from './split-controller.js';
import { type SplitOptions, SplitTriggers } from './split-triggers.js';

export interface SplitDriverParts {
  topology: TopologyKeeper;
  nodes: NodeRegistry;
  /** Nodes that last: neither drained nor away for good. */
  lasting(topology: Topology): NodeEntry[];
  isController(): boolean;
  clock: Clock;
  random: Random;
  logger: Logger;
  options: SplitOptions;
}

/** Steps taken by this coordinator. */
export type SplitCounters = Readonly<Record<SplitStep['kind'], number>>;

const TICK_MS = 250;

export class SplitDriver {
  readonly #parts: SplitDriverParts;
  readonly #triggers: SplitTriggers;
  readonly #retiredAtMs = new Map<CollectionId, number>();
  readonly #counters = { begin: 0, restart: 0, finish: 0, cancel: 0, forget: 0 };
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(parts: SplitDriverParts) {
    this.#parts = parts;
    this.#triggers = new SplitTriggers(parts.options);
    this.#schedule();
  }

  get counters(): SplitCounters {
    return this.#counters;
  }

  /**
   * Begins to split a collection into so many partitions; resolves when that is in the topology. Does
   * nothing when it has so many, or will.
   */
  async split(collection: CollectionEntry, partitionCount: number): Promise<void> {
    await this.#parts.topology.update((current) => {
      const inForce = collectionInForce(current, collection.id);
      if (inForce?.partitions.length === partitionCount) return unchanged(current);
      const filling = inForce && fillingOf(current, inForce.id);
      if (filling?.partitions.length === partitionCount) return unchanged(current);
      return this.#begin(current, inForce?.id ?? collection.id, partitionCount);
    });
    this.#counters.begin += 1;
    const fields = { collection: collection.name, partitionCount };
    this.#parts.logger.info(fields, 'split: asked for');
  }

  /** Gives up a split that is under way; false: there was none. */
  async cancel(collection: CollectionEntry): Promise<boolean> {
    let wasUnderWay = false;
    await this.#parts.topology.update((current) => {
      const fillingId = current.fillingIds.get(collection.id);
      wasUnderWay = fillingId !== undefined;
      return fillingId === undefined ? unchanged(current) : cancelSplit(current, fillingId);
    });
    if (wasUnderWay) this.#counters.cancel += 1;
    return wasUnderWay;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    this.#timer = this.#parts.clock.setTimer(TICK_MS, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    const { topology, logger } = this.#parts;
    const steps = this.#look(topology.current);
    if (steps.length > 0 && this.#parts.isController()) {
      await this.#carryOut(steps).catch((error: unknown) => {
        logger.warn({ error: String(error) }, 'split: step not taken');
      });
    }
    if (!this.#isClosed) this.#schedule();
  }

  #look(topology: Topology): SplitStep[] {
    const { clock, lasting } = this.#parts;
    const nowMs = clock.nowMs();
    for (const id of this.#retiredAtMs.keys()) {
      if (!topology.collections.has(id)) this.#retiredAtMs.delete(id);
    }
    for (const { id, state } of topology.collections.values()) {
      if (state === 'retired' && !this.#retiredAtMs.has(id)) this.#retiredAtMs.set(id, nowMs);
    }
    const nodes = lasting(topology);
    const lastingIds = new Set(nodes.map(({ nodeId }) => nodeId));
    const wanted = this.#triggers.update({
      topology,
      nodeCount: nodes.length,
      documentCounts: (collection) => this.#documentCounts(collection),
      nowMs,
    });
    return decideSplits({
      topology,
      isLasting: (nodeId) => lastingIds.has(nodeId),
      retiredForMs: (id) => nowMs - (this.#retiredAtMs.get(id) ?? nowMs),
      wanted,
    });
  }

  async #carryOut(steps: readonly SplitStep[]): Promise<void> {
    const { topology, logger } = this.#parts;
    let done: SplitStep[] = [];
    await topology.update((current) => {
      done = [];
      let next = current;
      for (const step of steps) {
        const result = this.#apply(next, step);
        if (result.kind !== 'changed') continue;
        next = result.topology;
        done.push(step);
      }
      return done.length === 0 ? unchanged(current) : { kind: 'changed', topology: next };
    });
    for (const step of done) {
      this.#counters[step.kind] += 1;
      logger.info({ ...step }, `split: ${step.kind}`);
    }
  }

  #apply(topology: Topology, step: SplitStep): TransitionResult {
    switch (step.kind) {
      case 'begin':
        return this.#begin(topology, step.collectionId, step.partitionCount);
      case 'restart': {
        const cancelled = cancelSplit(topology, step.fillingId);
        if (cancelled.kind !== 'changed') return cancelled;
        return this.#begin(cancelled.topology, step.collectionId, step.partitionCount);
      }
      case 'finish':
        return finishSplit(topology, step.fillingId);
      case 'cancel':
        return cancelSplit(topology, step.fillingId);
      case 'forget':
        return forgetRetired(topology, step.collectionId);
    }
  }

  #begin(topology: Topology, splitOf: CollectionId, partitionCount: number): TransitionResult {
    const { clock, random } = this.#parts;
    const split = topology.collections.get(splitOf);
    const nodes = this.#usable(topology);
    if (split === undefined || nodes.length === 0) {
      return refused('not_enough_nodes', 'no shard node is up that could hold what a split makes');
    }
    const id = collectionId(randomHex(random, 8));
    const replicationFactor = Math.min(split.replicationFactor, nodes.length);
    const placed = placeNew({ collectionId: id, partitionCount, replicationFactor, nodes });
    if (placed.kind !== 'placed') return refused('not_enough_nodes', 'there are too few nodes');
    const spec: NewSplit = {
      splitOf,
      id,
      placement: placed.placement,
      begunAtMs: clock.wallMs(),
    };
    return beginSplit(topology, spec);
  }

  #usable(topology: Topology): NodeEntry[] {
    const { nodes, lasting } = this.#parts;
    return lasting(topology).filter(({ nodeId }) => nodes.get(nodeId)?.health.state === 'up');
  }

  #documentCounts({ id, partitions }: CollectionEntry): number[] {
    const { nodes } = this.#parts;
    return partitions.map(({ replicas }, partition) => {
      const key = replicaKey(id, partition);
      const counts = replicas.map(({ nodeId }) => nodes.get(nodeId)?.reports.get(key));
      return Math.max(0, ...counts.map((report) => report?.documentCount ?? 0));
    });
  }
}

/** How many partitions a collection may be asked to have. @throws AnnulusError */
export function checkSplitCount(
  { name, partitions }: CollectionEntry,
  partitionCount: number,
  countMax: number,
): number {
  const isPower = partitionCount >= 1 && Number.isInteger(Math.log2(partitionCount));
  if (!isPower || partitionCount > countMax) {
    throw new AnnulusError(
      'INVALID_ARGUMENT',
      'INVALID_FIELD',
      `partitions is ${partitionCount}; it must be a power of two, at most ${countMax}`,
      { metadata: { field: 'partitions', value: String(partitionCount) } },
    );
  }
  if (partitionCount >= partitions.length) return partitionCount;
  throw new AnnulusError(
    'FAILED_PRECONDITION',
    'SPLIT_IMPOSSIBLE',
    `collection ${name} has ${partitions.length} partitions, which cannot become ${partitionCount}`,
    { metadata: { collection: name } },
  );
}

function unchanged(topology: Topology): TransitionResult {
  return { kind: 'unchanged', topology };
}
