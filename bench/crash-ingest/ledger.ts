/**
 * What the cluster promised: for every document ever sent, the last write that was acknowledged. One
 * writer owns a document and has one write of it under way at a time, so while writers rest there is
 * exactly one right answer to "what is stored?".
 */

import { isDeepStrictEqual } from 'node:util';
import { seededRandom } from '../../src/base/random.js';
import type { DocumentInput, StoredDocument } from '../../src/client/index.js';

/** `deleted`, or which edition of the document was written. */
export type Content = 'deleted' | number;

interface Promised {
  content: Content;
  /** Highest version of the request that was acknowledged; of its retries, this is the last. */
  version: bigint;
  /** Versions of this document are above this one, that of the write before. */
  versionAbove: bigint;
  /** The version that it was seen with, since it was written. */
  seenVersion: bigint | undefined;
}

export const DIMENSION = 24;

/** One edition of a document: everything in it follows from its id and the edition. */
export function documentOf(id: string, edition: number): DocumentInput & { vector: Float32Array } {
  let seed = edition;
  for (const character of id) seed = (Math.imul(seed, 31) + character.charCodeAt(0)) >>> 0;
  const random = seededRandom(seed);
  const tags = Array.from({ length: seed % 4 }, (_, i) => `tag-${i}-${seed % 17}`);
  return {
    id,
    vector: Float32Array.from({ length: DIMENSION }, () => random.next() - 0.5),
    text: `Edition ${edition} of ${id}, grüße `.repeat(1 + (seed % 5)),
    metadata: { edition, tags, weight: random.next(), isOdd: edition % 2 === 1, owner: id },
  };
}

export class Ledger {
  readonly #promised = new Map<string, Promised>();
  #acknowledgedCount = 0;

  /** Writes acknowledged so far, one a document. */
  get acknowledgedCount(): number {
    return this.#acknowledgedCount;
  }

  /** Documents that should be there. */
  get existingCount(): number {
    return [...this.#promised.values()].filter(({ content }) => content !== 'deleted').length;
  }

  acknowledged(id: string, content: Content, version: bigint): void {
    const versionAbove = this.#promised.get(id)?.version ?? 0n;
    this.#promised.set(id, { content, version, versionAbove, seenVersion: undefined });
    this.#acknowledgedCount += 1;
  }

  /** Everything that is not as promised; `stored` is all that the cluster lists. */
  violations(stored: Iterable<StoredDocument>): string[] {
    const found: string[] = [];
    const listed = new Set<string>();
    for (const document of stored) {
      if (listed.has(document.id)) found.push(`${document.id} is listed twice`);
      listed.add(document.id);
      const violation = this.#violation(document);
      if (violation !== undefined) found.push(`${document.id} ${violation}`);
    }
    for (const [id, { content }] of this.#promised) {
      if (content !== 'deleted' && !listed.has(id)) found.push(`${id} is lost`);
    }
    return found;
  }

  #violation({ id, vector, text, metadata, version }: StoredDocument): string | undefined {
    const promised = this.#promised.get(id);
    if (promised === undefined) return 'was never sent';
    if (promised.content === 'deleted') return 'was deleted';
    const wanted = documentOf(id, promised.content);
    if (metadata.edition !== promised.content) {
      return `is edition ${metadata.edition}, acknowledged was ${promised.content}`;
    }
    if (text !== wanted.text) return 'has another text';
    if (!isDeepStrictEqual({ ...metadata }, wanted.metadata)) return 'has other metadata';
    if (!isDeepStrictEqual(vector, wanted.vector)) return 'has another vector';
    if (version > promised.version || version <= promised.versionAbove) {
      return `has version ${version}, of ${promised.versionAbove}..${promised.version}`;
    }
    if (promised.seenVersion !== undefined && version !== promised.seenVersion) {
      return `has version ${version} and had ${promised.seenVersion}`;
    }
    promised.seenVersion = version;
    return undefined;
  }
}
