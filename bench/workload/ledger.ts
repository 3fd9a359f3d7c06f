/**
 * What the cluster promised. One writer owns a document and has one write of it under way at a time,
 * sent again until it is acknowledged; so a document's writes have an order, and
 *
 *   - while writers rest there is exactly one right answer to "what is stored?": `violations`;
 *   - a read in the middle of writes may see the last write that was acknowledged before the read
 *     began, or any that was sent since: `now` when it begins, `readViolation` when it ends.
 */
import { isDeepStrictEqual } from 'node:util';
import type { StoredDocument } from '../../src/client/index.js';
import { documentOf } from './document-of.js';

/** `deleted`, or which edition of the document was written. */
export type Content = 'deleted' | number;

interface Write {
  content: Content;
  acknowledgedAt: number;
}

interface History {
  /** From the first that was ever sent to the last. */
  writes: Write[];
  /** Highest version of the request that was acknowledged; of its retries, this is the last. */
  version: bigint;
  /** Versions of this document are above this one, that of the write before. */
  versionAbove: bigint;
  /** The version that it was seen with, since it was written. */
  seenVersion: bigint | undefined;
}

const NOT_YET = Number.POSITIVE_INFINITY;

export class Ledger {
  readonly #histories = new Map<string, History>();
  #now = 0;
  #acknowledgedCount = 0;
  #deletedCount = 0;

  /** Writes acknowledged so far, one a document. */
  get acknowledgedCount(): number {
    return this.#acknowledgedCount;
  }

  /** Of those, deletions. */
  get deletedCount(): number {
    return this.#deletedCount;
  }

  /** Documents that should be there. */
  get existingCount(): number {
    return [...this.#histories.values()].filter((one) => lastOf(one).content !== 'deleted').length;
  }

  /** A moment, for `readViolation`. */
  now(): number {
    this.#now += 1;
    return this.#now;
  }

  /** To be called before a write is sent for the first time. */
  sending(id: string, content: Content): void {
    const write = { content, acknowledgedAt: NOT_YET };
    const known = this.#histories.get(id);
    if (known === undefined) {
      const version = { version: 0n, versionAbove: 0n, seenVersion: undefined };
      this.#histories.set(id, { writes: [write], ...version });
    } else known.writes.push(write);
  }

  /** The document's last write was acknowledged. */
  acknowledged(id: string, version: bigint): void {
    const history = this.#histories.get(id);
    if (history === undefined) throw new Error(`${id} was not sent`);
    const write = lastOf(history);
    write.acknowledgedAt = this.now();
    history.versionAbove = history.version;
    history.version = version;
    history.seenVersion = undefined;
    this.#acknowledgedCount += 1;
    if (write.content === 'deleted') this.#deletedCount += 1;
  }

  /** The document's content, when no write of it is under way. */
  settled(id: string): Content | undefined {
    const history = this.#histories.get(id);
    const last = history === undefined ? undefined : lastOf(history);
    return last === undefined || last.acknowledgedAt === NOT_YET ? undefined : last.content;
  }

  /** Undefined: a read that began at `since` may have seen this, or not have found it at all. */
  readViolation(id: string, seen: Content | 'missing', since: number): string | undefined {
    const history = this.#histories.get(id);
    if (history === undefined) return seen === 'missing' ? undefined : `${id} was never sent`;
    const { writes } = history;
    const first = writes.findLastIndex(({ acknowledgedAt }) => acknowledgedAt <= since);
    const possible: unknown[] = writes.slice(Math.max(0, first)).map(({ content }) => content);
    if (first === -1) possible.push('missing');
    const isPossible = possible.some(
      (content) => content === seen || (content === 'deleted' && seen === 'missing'),
    );
    if (isPossible) return undefined;
    return `${id} was seen as ${seen}, and had been ${possible.join(', ')}`;
  }

  /** Everything that is not as promised; `stored` is all that the cluster lists, writers at rest. */
  violations(stored: Iterable<StoredDocument>): string[] {
    const found: string[] = [];
    const listed = new Set<string>();
    for (const document of stored) {
      if (listed.has(document.id)) found.push(`${document.id} is listed twice`);
      listed.add(document.id);
      const violation = this.#violation(document);
      if (violation !== undefined) found.push(`${document.id} ${violation}`);
    }
    for (const [id, history] of this.#histories) {
      if (lastOf(history).content !== 'deleted' && !listed.has(id)) found.push(`${id} is lost`);
    }
    return found;
  }

  #violation(document: StoredDocument): string | undefined {
    const history = this.#histories.get(document.id);
    if (history === undefined) return 'was never sent';
    const { content } = lastOf(history);
    if (content === 'deleted') return 'was deleted';
    const { edition } = document.metadata;
    if (edition !== content) return `is edition ${edition}, acknowledged was ${content}`;
    const wrong = contentViolation(document, content);
    if (wrong !== undefined) return wrong;
    const { version } = document;
    if (version > history.version || version <= history.versionAbove) {
      return `has version ${version}, of ${history.versionAbove}..${history.version}`;
    }
    if (history.seenVersion !== undefined && version !== history.seenVersion) {
      return `has version ${version} and had ${history.seenVersion}`;
    }
    history.seenVersion = version;
    return undefined;
  }
}

/** Whether text, metadata and, where there is one, the vector are those of the edition. */
export function contentViolation(
  { id, vector, text, metadata }: Omit<StoredDocument, 'version'>,
  edition: number,
): string | undefined {
  const wanted = documentOf(id, edition);
  if (text !== wanted.text) return 'has another text';
  if (!isDeepStrictEqual({ ...metadata }, wanted.metadata)) return 'has other metadata';
  const hasVector = vector === undefined || isDeepStrictEqual(vector, wanted.vector);
  return hasVector ? undefined : 'has another vector';
}

function lastOf({ writes }: History): Write {
  return writes.at(-1) as Write;
}
