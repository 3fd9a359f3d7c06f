/**
 * Writes and searches through all coordinators at once, and a ledger of what was acknowledged: each
 * document's text counts up, by one writer, one write at a time. So what a document may say in the end
 * is known: the last acknowledged number, or one that was tried later.
 */
import type { AnnulusClient } from '../../src/client/index.js';

export const COLLECTION = 'ledger';
export const DIMENSION = 8;
const BATCH = 10;
const PAUSE_MS = 5;

interface Entry {
  tried: number;
  acknowledged: number;
}

export interface LoadCounts {
  writesAcknowledged: number;
  writesFailed: Record<string, number>;
  searchesAnswered: number;
  searchesFailed: Record<string, number>;
  /** Searches whose coverage said that the topology may be out of date. */
  searchesStale: number;
  searchesDegraded: number;
}

export class LedgerLoad {
  readonly counts: LoadCounts = {
    writesAcknowledged: 0,
    writesFailed: {},
    searchesAnswered: 0,
    searchesFailed: {},
    searchesStale: 0,
    searchesDegraded: 0,
  };
  readonly #entries = new Map<string, Entry>();
  readonly #loops: Promise<void>[] = [];
  readonly #documentCount: number;
  #isStopped = false;

  constructor(documentCount: number) {
    this.#documentCount = documentCount;
    for (let i = 0; i < documentCount; i += 1) {
      this.#entries.set(`d${i}`, { tried: 0, acknowledged: -1 });
    }
  }

  get ids(): string[] {
    return [...this.#entries.keys()];
  }

  /** Begins one loop of writes, over a share of the documents, and one of searches, for each client. */
  start(clients: readonly AnnulusClient[]): void {
    clients.forEach((client, i) => {
      const ids = [...this.#entries.keys()].filter((_, k) => k % clients.length === i);
      this.#loops.push(this.#write(client, ids), this.#search(client));
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#loops);
  }

  /** Ids whose document, as this client reads it, lacks a write that was acknowledged. */
  async lost(client: AnnulusClient): Promise<string[]> {
    const lost: string[] = [];
    const ids = [...this.#entries.keys()];
    for (let start = 0; start < ids.length; start += 500) {
      const { documents } = await client.get(COLLECTION, ids.slice(start, start + 500));
      const found = new Map(documents.map(({ id, text }) => [id, Number(text)]));
      for (const id of ids.slice(start, start + 500)) {
        const { acknowledged, tried } = this.#entries.get(id) as Entry;
        const value = found.get(id) ?? -1;
        if (value < acknowledged || value > tried) lost.push(id);
      }
    }
    return lost;
  }

  async #write(client: AnnulusClient, ids: readonly string[]): Promise<void> {
    for (let at = 0; !this.#isStopped; at = (at + BATCH) % ids.length) {
      const batch = ids.slice(at, at + BATCH);
      const documents = batch.map((id) => {
        const entry = this.#entries.get(id) as Entry;
        entry.tried += 1;
        return { id, vector: vectorOf(entry.tried), text: String(entry.tried) };
      });
      const failed = new Set<string>();
      try {
        const { failures } = await client.upsert(COLLECTION, documents, { collectFailures: true });
        for (const { id, error } of failures) {
          failed.add(id);
          count(this.counts.writesFailed, error.reason);
        }
      } catch (error) {
        for (const id of batch) failed.add(id);
        count(this.counts.writesFailed, reasonOf(error));
      }
      for (const id of batch) {
        if (failed.has(id)) continue;
        const entry = this.#entries.get(id) as Entry;
        entry.acknowledged = entry.tried;
        this.counts.writesAcknowledged += 1;
      }
      await pause();
    }
  }

  async #search(client: AnnulusClient): Promise<void> {
    for (let i = 0; !this.#isStopped; i += 1) {
      try {
        const options = { vector: vectorOf(i % this.#documentCount), topK: 5 };
        const { coverage } = await client.search(COLLECTION, options);
        this.counts.searchesAnswered += 1;
        if (coverage.ratio < 1) this.counts.searchesDegraded += 1;
        if (coverage.topologyStaleMs > 0) this.counts.searchesStale += 1;
      } catch (error) {
        count(this.counts.searchesFailed, reasonOf(error));
      }
      await pause();
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

function vectorOf(n: number): number[] {
  return Array.from({ length: DIMENSION }, (_, k) => Math.sin(n * 7 + k * 3));
}

function reasonOf(error: unknown): string {
  return (error as { reason?: string }).reason ?? String(error);
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
