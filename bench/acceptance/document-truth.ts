/**
 * What a collection should hold: the vector of each document that exists, as an independent record of
 * what was written. Ids ascend with row numbers, so brute force, which breaks ties by row, breaks
 * them by id.
 */
import { type Random, shuffle } from '../../src/base/random.js';
import { createVectorSet, rowOf, type VectorSet } from '../datasets/vector-set.js';

export interface TruthDocument {
  id: string;
  vector: Float32Array;
}

export class DocumentTruth {
  readonly #rows: VectorSet;
  /** The row of `#rows` that each document has, by document number; absent when deleted. */
  readonly #rowByDocument: (number | undefined)[];

  constructor(rows: VectorSet) {
    this.#rows = rows;
    this.#rowByDocument = Array.from({ length: rows.count }, (_, row) => row);
  }

  get count(): number {
    return this.#existing().length;
  }

  /** All documents, in the order of their ids. */
  *documents(): Generator<TruthDocument> {
    for (const document of this.#existing()) yield this.#document(document);
  }

  /** Gives a share of the documents new vectors: their own, handed round. Returns them. */
  update(ratio: number, random: Random): TruthDocument[] {
    const chosen = this.#draw(ratio, random);
    const rows = chosen.map((document) => this.#rowByDocument[document]);
    chosen.forEach((document, i) => {
      this.#rowByDocument[document] = rows[(i + 1) % rows.length];
    });
    return chosen.map((document) => this.#document(document));
  }

  /** Deletes a share of the documents. Returns their ids. */
  delete(ratio: number, random: Random): string[] {
    const chosen = this.#draw(ratio, random);
    for (const document of chosen) this.#rowByDocument[document] = undefined;
    return chosen.map(idOf);
  }

  /** The vectors of the documents that exist, in the order of their ids, and those ids. */
  snapshot(): { vectors: VectorSet; ids: string[] } {
    const existing = this.#existing();
    const vectors = createVectorSet(existing.length, this.#rows.dimension);
    existing.forEach((document, i) => {
      rowOf(vectors, i).set(this.#document(document).vector);
    });
    return { vectors, ids: existing.map(idOf) };
  }

  #draw(ratio: number, random: Random): number[] {
    const existing = this.#existing();
    return shuffle(random, existing).slice(0, Math.round(this.#rowByDocument.length * ratio));
  }

  #existing(): number[] {
    return [...this.#rowByDocument.keys()].filter((i) => this.#rowByDocument[i] !== undefined);
  }

  #document(document: number): TruthDocument {
    return { id: idOf(document), vector: rowOf(this.#rows, this.#rowByDocument[document] ?? -1) };
  }
}

function idOf(document: number): string {
  return `document-${String(document).padStart(7, '0')}`;
}
