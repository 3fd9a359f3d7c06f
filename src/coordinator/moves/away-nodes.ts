/**
 * Which nodes have been down for so long that they are not waited for any more. When more than half
 * of all are, it is the looking that is wrong (or nothing can be mended any way), and none is.
 *
 * Since when a node is down is noted in the topology, once it is more than a restart: the next
 * controller goes on counting there. It looks for a while itself before it acts on such a note, since
 * the node may have been up when nobody looked, and is given time to be found.
 */
import type { NodeId } from '../../base/ids.js';

export interface SeenNode {
  nodeId: NodeId;
  isUp: boolean;
  /** As the topology says; wall-clock instant. */
  downSinceMs: number | undefined;
}

/** What the topology should say of a node, and does not. */
export interface DownNote {
  nodeId: NodeId;
  /** Wall-clock instant; undefined: it is up. */
  downSinceMs: number | undefined;
}

interface Outage {
  /** Monotonic instant at which it was first seen here. */
  seenAtMs: number;
  /** How long it had lasted by then, going by the note. */
  beforeMs: number;
}

const LOOK_MS_MAX = 30_000;
/** Shares of the time after which a node is replaced. */
const LOOK_SHARE = 0.25;
const NOTE_SHARE = 0.1;
const NOTE_AFTER_MS_MAX = 10_000;

export class AwayNodes {
  readonly #replaceAfterMs: number;
  readonly #lookMs: number;
  readonly #noteAfterMs: number;
  readonly #outages = new Map<NodeId, Outage>();
  #away: ReadonlySet<NodeId> = new Set();
  #notes: DownNote[] = [];

  constructor(replaceAfterMs: number) {
    this.#replaceAfterMs = replaceAfterMs;
    this.#lookMs = Math.min(LOOK_MS_MAX, replaceAfterMs * LOOK_SHARE);
    this.#noteAfterMs = Math.min(NOTE_AFTER_MS_MAX, replaceAfterMs * NOTE_SHARE);
  }

  /** What is to be noted in the topology, as of the last update. */
  get notes(): readonly DownNote[] {
    return this.#notes;
  }

  update(nodes: readonly SeenNode[], nowMs: number, wallMs: number): void {
    const known = new Set(nodes.map(({ nodeId }) => nodeId));
    for (const nodeId of this.#outages.keys()) {
      if (!known.has(nodeId)) this.#outages.delete(nodeId);
    }
    this.#notes = [];
    const away: NodeId[] = [];
    for (const { nodeId, isUp, downSinceMs } of nodes) {
      if (isUp) {
        this.#outages.delete(nodeId);
        if (downSinceMs !== undefined) this.#notes.push({ nodeId, downSinceMs: undefined });
        continue;
      }
      const { seenAtMs, beforeMs } = this.#outage(nodeId, downSinceMs, nowMs, wallMs);
      const seenMs = nowMs - seenAtMs;
      if (downSinceMs === undefined && seenMs >= this.#noteAfterMs) {
        this.#notes.push({ nodeId, downSinceMs: Math.round(wallMs - seenMs) });
      }
      const isLong = beforeMs + seenMs >= this.#replaceAfterMs;
      if (isLong && seenMs >= this.#lookMs) away.push(nodeId);
    }
    this.#away = new Set(away.length * 2 > nodes.length ? [] : away);
  }

  isAway(nodeId: NodeId): boolean {
    return this.#away.has(nodeId);
  }

  #outage(nodeId: NodeId, notedMs: number | undefined, nowMs: number, wallMs: number): Outage {
    const known = this.#outages.get(nodeId);
    if (known !== undefined) return known;
    const beforeMs = notedMs === undefined ? 0 : Math.max(0, wallMs - notedMs);
    const outage = { seenAtMs: nowMs, beforeMs };
    this.#outages.set(nodeId, outage);
    return outage;
  }
}
