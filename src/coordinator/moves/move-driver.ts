/**
 * Carries out what the move controller decides, a few times a second: all steps of one round as one
 * change of the topology. It keeps nothing that matters: the goals are computed anew after a restart,
 * and what is under way is in the topology. Only the controller of the cluster decides; the others
 * watch, so that they know as much when they become it.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { NodeId } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import { type NodeRegistry, replicaKey } from '../nodes/node-registry.js';
import type { NodeEntry, Topology } from '../topology/topology.js';
import {
  noteDown,
  type Transition,
  type TransitionResult,
} from '../topology/topology-transitions.js';
import { AwayNodes, type DownNote } from './away-nodes.js';
import { imbalanceRatio } from './imbalance.js';
import {
  decideMoves,
  defaultMoveOptions,
  type MoveDecision,
  type MoveNodeView,
  type MoveOptions,
  type MoveStep,
} from './move-controller.js';
import { type PlanResult, planMoves } from './move-plan.js';
import { applySteps } from './move-steps.js';
import { type MoveReport, MoveTracker } from './move-tracker.js';
import { GoalBook, lastingNodes } from './placement-goal.js';

export interface MoveDriverOptions extends MoveOptions {
  /**
   * How long a node may be down before what it held is made anew on others, in milliseconds.
   * Default 600,000.
   */
  replaceAfterMs: number;
  /** How long nodes must have been the same before replicas are moved for it. Default 1,000. */
  settleMs: number;
}

export const defaultMoveDriverOptions: MoveDriverOptions = {
  ...defaultMoveOptions,
  replaceAfterMs: 600_000,
  settleMs: 1_000,
};

export interface MoveTopology {
  readonly current: Topology;
  update(transition: (topology: Topology) => TransitionResult): Promise<Topology>;
}

export interface MoveDriverParts {
  topology: MoveTopology;
  nodes: NodeRegistry;
  /** Whether this coordinator is the one that moves replicas. */
  isController(): boolean;
  clock: Clock;
  logger: Logger;
  options: MoveDriverOptions;
}

/** What is known of moves. */
export interface MoveOverview {
  /** Under way first, then those that wait. */
  moves: MoveReport[];
  isPaused: boolean;
  /** Replicas of the fullest node over its share, once what is under way is over. */
  imbalanceRatio: number;
}

const TICK_MS = 250;

export class MoveDriver {
  readonly #parts: MoveDriverParts;
  readonly #goals: GoalBook;
  readonly #away: AwayNodes;
  readonly tracker: MoveTracker;
  #lastDecision: MoveDecision = { steps: [], waiting: [], held: new Map() };
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(parts: MoveDriverParts) {
    this.#parts = parts;
    this.#goals = new GoalBook(parts.options.settleMs);
    this.#away = new AwayNodes(parts.options.replaceAfterMs);
    this.tracker = new MoveTracker(parts.clock);
    this.#schedule();
  }

  overview(): MoveOverview {
    const { topology } = this.#parts;
    const { current } = topology;
    return {
      moves: this.tracker.reports(current, this.#lastDecision),
      isPaused: current.areMovesPaused,
      imbalanceRatio: imbalanceRatio(current, this.lasting(current)),
    };
  }

  /** What would move if these changes were made; nothing is. */
  plan(changes: readonly Transition[]): PlanResult {
    const { topology, options } = this.#parts;
    const isAway = (nodeId: NodeId) => this.#away.isAway(nodeId);
    const isUp = (nodeId: NodeId) => this.#isUp(nodeId);
    const inputs = { topology: topology.current, isAway, isUp, sizes: this.tracker, options };
    return planMoves(inputs, changes);
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
    this.#look(topology.current);
    if (this.#parts.isController()) {
      try {
        await this.#note(this.#away.notes);
        await this.#carryOut(this.#lastDecision.steps);
      } catch (error) {
        logger.warn({ error: String(error) }, 'moves: step not taken');
      }
    }
    if (!this.#isClosed) this.#schedule();
  }

  /** What there is to do, and how far everything is. */
  #look(topology: Topology): void {
    const { nodes, clock, options } = this.#parts;
    const nowMs = clock.nowMs();
    this.#away.update(
      [...topology.nodes.values()].map(({ nodeId, downSinceMs }) => {
        return { nodeId, isUp: this.#isUp(nodeId), downSinceMs };
      }),
      nowMs,
      clock.wallMs(),
    );
    this.#goals.update(topology, this.lasting(topology), nowMs);
    this.tracker.update(topology, (ref) =>
      nodes.get(ref.nodeId)?.reports.get(replicaKey(ref.collectionId, ref.partition)),
    );
    this.#lastDecision = decideMoves({
      topology,
      goal: (id) => this.#goals.get(id),
      node: (nodeId) => this.#view(nodeId),
      options,
    });
  }

  async #note(notes: readonly DownNote[]): Promise<void> {
    if (notes.length === 0) return;
    await this.#parts.topology.update((current) => {
      let topology = current;
      for (const { nodeId, downSinceMs } of notes) {
        const result = noteDown(topology, nodeId, downSinceMs);
        if (result.kind === 'changed') topology = result.topology;
      }
      return { kind: topology === current ? 'unchanged' : 'changed', topology };
    });
  }

  async #carryOut(steps: readonly MoveStep[]): Promise<void> {
    if (steps.length === 0) return;
    const { topology, clock, logger } = this.#parts;
    const before = topology.current;
    const begunAtMs = clock.wallMs();
    const after = await topology.update((current) => applySteps(current, steps, begunAtMs));
    if (after.epoch === before.epoch) return;
    for (const step of steps) logger.info(logFields(step), `move: ${step.kind}`);
  }

  /** Nodes that are neither drained nor away for good. */
  lasting(topology: Topology): NodeEntry[] {
    const isAway = (nodeId: NodeId) => this.#away.isAway(nodeId);
    return lastingNodes(topology, isAway, (nodeId) => this.#isUp(nodeId));
  }

  #isUp(nodeId: NodeId): boolean {
    return this.#parts.nodes.get(nodeId)?.isUp === true;
  }

  #view(nodeId: NodeId): MoveNodeView | undefined {
    const node = this.#parts.nodes.get(nodeId);
    if (node === undefined) return undefined;
    return {
      isUp: node.isUp,
      isAway: this.#away.isAway(nodeId),
      holds: ({ collectionId, partition }) => node.holds(replicaKey(collectionId, partition)),
      openDocumentCount: ({ collectionId, partition }) => {
        const report = node.reports.get(replicaKey(collectionId, partition));
        return report?.condition === 'open' ? report.documentCount : undefined;
      },
    };
  }
}

function logFields(step: MoveStep): Record<string, unknown> {
  if (step.kind === 'forget') return { nodeId: step.nodeId };
  return { ...step.ref, ...(step.kind === 'begin' ? { from: step.from, cause: step.cause } : {}) };
}
