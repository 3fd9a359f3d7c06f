/**
 * The frame of every request: it begins at a coordinator that is there, has a deadline, may be left by
 * its caller, may be lost with its coordinator, and ends once, which is checked.
 */
import { AnnulusError } from '../../src/base/errors.js';
import type { Random } from '../../src/base/random.js';
import type { Coordinator } from '../../src/coordinator/coordinator.js';
import { RequestContext } from '../../src/coordinator/request-context.js';
import type { CollectionEntry } from '../../src/coordinator/topology/topology.js';
import { checkEnd, checkOverdue, type RequestRecord } from './checkers/completion.js';
import type { WriteRecord } from './history.js';
import { oneOf, seedStream } from './seed-streams.js';
import type { SimCluster } from './sim-cluster.js';
import type { SimCoordinator } from './sim-coordinator.js';

/** How a request may fail; anything else is a bug. */
const allowedFailures = new Set([
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'CANCELLED',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
]);

interface UnderWay extends RequestRecord {
  home: SimCoordinator;
  writes: WriteRecord[];
}

export interface RequestOptions {
  deadlineMs: number;
  /** The caller leaves after this long. */
  cancelAfterMs: number | undefined;
}

/** `ok`, or the code of the failure. */
export type RequestEnd = string;

export type Act = (
  coordinator: Coordinator,
  collection: CollectionEntry,
  context: RequestContext,
  /** The request's name, for complaints. */
  where: string,
  home: SimCoordinator,
) => Promise<void>;

export class RequestFrame {
  readonly #cluster: SimCluster;
  readonly #underWay = new Set<UnderWay>();
  readonly #random: Random;
  #count = 0;
  /** How many requests of each kind ended how. */
  readonly outcomes = new Map<string, number>();

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    cluster.onCoordinatorCrash = (home) => this.#loseAll(home);
    cluster.onCoordinatorPaused = (home, untilMs) => {
      for (const one of this.#underWay) {
        // It can answer when it goes on.
        if (one.home === home) one.deadlineAtMs = Math.max(one.deadlineAtMs, untilMs);
      }
    };
    this.#random = seedStream(cluster.plan.seed, 'callers');
  }

  /** Requests begun so far. */
  get count(): number {
    return this.#count;
  }

  checkOverdue(): void {
    checkOverdue(this.#cluster.violations, this.#underWay, this.#cluster.world.nowMs());
  }

  /** Resolves when the request has ended; never, when its coordinator died first. */
  async run(
    kind: string,
    { deadlineMs, cancelAfterMs }: RequestOptions,
    writes: WriteRecord[],
    act: Act,
  ): Promise<RequestEnd> {
    const { world, log, hooks, serving } = this.#cluster;
    const home = serving.length > 1 ? oneOf(this.#random, serving) : serving[0];
    const coordinator = home?.coordinator;
    const name = `request ${this.#count} (${kind})`;
    this.#count += 1;
    if (home === undefined || coordinator === undefined) {
      return this.#noteEnd(kind, 'NO_COORDINATOR');
    }
    const nowMs = world.nowMs();
    const underWay: UnderWay = {
      name,
      home,
      isRead: writes.length === 0,
      deadlineAtMs: nowMs + deadlineMs,
      cancelledAtMs: undefined,
      endedAtMs: undefined,
      isLost: false,
      writes,
    };
    this.#underWay.add(underWay);
    log.add(`${name} begins`);
    const context = hooks.context(new RequestContext(nowMs, nowMs + deadlineMs));
    if (cancelAfterMs !== undefined) {
      world.setTimer(cancelAfterMs, () => {
        if (!this.#underWay.has(underWay)) return;
        underWay.cancelledAtMs = world.nowMs();
        context.cancel();
      });
    }
    let end: RequestEnd = 'ok';
    try {
      await act(coordinator, this.#cluster.collection(coordinator), context, name, home);
    } catch (error) {
      end = this.#failure(name, error);
    }
    this.#ended(underWay);
    log.add(`${name} ends: ${end}`);
    return this.#noteEnd(kind, end);
  }

  #failure(name: string, error: unknown): RequestEnd {
    const code = error instanceof AnnulusError ? error.code : 'not an AnnulusError';
    if (!allowedFailures.has(code)) {
      const shown = error instanceof Error ? error.stack : String(error);
      this.#cluster.violations.add('requests fail only as documented', `${name}: ${shown}`);
    }
    return code;
  }

  #ended(underWay: UnderWay): void {
    const { violations, world } = this.#cluster;
    checkEnd(violations, underWay, world.nowMs());
    underWay.endedAtMs = world.nowMs();
    this.#underWay.delete(underWay);
    for (const write of underWay.writes) {
      if (write.state === 'pending') write.state = 'indeterminate';
    }
  }

  #noteEnd(kind: string, end: RequestEnd): RequestEnd {
    const key = `${kind} ${end}`;
    this.outcomes.set(key, (this.outcomes.get(key) ?? 0) + 1);
    return end;
  }

  #loseAll(home: SimCoordinator): void {
    for (const underWay of this.#underWay) {
      if (underWay.home !== home) continue;
      underWay.isLost = true;
      for (const write of underWay.writes) write.state = 'indeterminate';
      this.#noteEnd('any', 'LOST');
      this.#underWay.delete(underWay);
    }
    this.#cluster.history.forgetReads(home.index);
  }
}
