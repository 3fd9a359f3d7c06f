/**
 * Graphs that go from one replica to another. Lending: the saved graph, kept open for as long as
 * somebody reads it, so that it may be replaced meanwhile; one that lacks much is saved first. Taking:
 * an inbox for one that comes, and the way into the index.
 */
import type { Clock, Timer } from '../../src/base/clock.js';
import type { GraphOffer } from '../../src/wire/recovery-messages.js';
import type { Graph, GraphInbox, GraphKit, SavedGraph } from '../graph-kit.js';

/** What the exchange needs of the `GraphKeeper`. */
export interface GraphKeeping {
  /** `saving`: a fresher one is on its way to the disk. */
  freshen(): 'fresh' | 'saving';
  /** Puts a graph in the place of the present one; false when the replica is being closed. */
  install(graph: Graph): Promise<boolean>;
  /** Rows are kept out of the index until `endBulk`; false: that cannot be, now. */
  beginBulk(): boolean;
  /** A graph of all rows is built. */
  endBulk(): void;
}

/** A graph that nobody has read from for so long is closed. */
const IDLE_MS = 60_000;
/** Graphs lent at a time: the present one, and the one before it. */
const LENT_MAX = 2;

interface Lent {
  graph: SavedGraph;
  timer: Timer;
}

export class GraphExchange {
  readonly #clock: Clock;
  readonly #kit: GraphKit;
  readonly #keeping: GraphKeeping;
  /** By graph id; the one that was asked for longest ago comes first. */
  readonly #lent = new Map<string, Lent>();
  #isClosed = false;

  constructor(clock: Clock, kit: GraphKit, keeping: GraphKeeping) {
    this.#clock = clock;
    this.#kit = kit;
    this.#keeping = keeping;
  }

  /** The saved graph, if there is one; `saving`: ask again in a moment. */
  async offer(): Promise<GraphOffer | 'saving' | undefined> {
    if (this.#isClosed) return undefined;
    if (this.#keeping.freshen() === 'saving') return 'saving';
    const graph = await this.#kit.openSaved();
    if (graph === undefined) return undefined;
    const { graphId, manifestBytes, payloadBytes } = graph;
    if (this.#isClosed || this.#lent.has(graphId)) await graph.close();
    else this.#lend(graph);
    return { graphId, manifestBytes, payloadBytes };
  }

  /** A piece of an offered graph; undefined when it is not lent any more, or cannot be read. */
  async read(graphId: string, offset: number, lengthMax: number): Promise<Uint8Array | undefined> {
    const lent = this.#lent.get(graphId);
    if (lent === undefined) return undefined;
    lent.timer.cancel();
    this.#lent.delete(graphId);
    this.#lend(lent.graph);
    try {
      return await lent.graph.read(offset, lengthMax);
    } catch {
      return undefined;
    }
  }

  receive(offer: GraphOffer): Promise<GraphInbox> {
    return this.#kit.receive(offer);
  }

  install(graph: Graph): Promise<boolean> {
    return this.#keeping.install(graph);
  }

  /** See {@link GraphKeeping}. */
  beginBulk(): boolean {
    return !this.#isClosed && this.#keeping.beginBulk();
  }

  endBulk(): void {
    this.#keeping.endBulk();
  }

  close(): void {
    this.#isClosed = true;
    for (const graphId of [...this.#lent.keys()]) this.#release(graphId);
  }

  #lend(graph: SavedGraph): void {
    const timer = this.#clock.setTimer(IDLE_MS, () => this.#release(graph.graphId));
    this.#lent.set(graph.graphId, { graph, timer });
    const [oldest] = this.#lent.keys();
    if (this.#lent.size > LENT_MAX && oldest !== undefined) this.#release(oldest);
  }

  #release(graphId: string): void {
    const lent = this.#lent.get(graphId);
    this.#lent.delete(graphId);
    lent?.timer.cancel();
    // A read that is under way fails, which its reader is told; a close that fails leaves nothing.
    lent?.graph.close().catch(() => {});
  }
}
