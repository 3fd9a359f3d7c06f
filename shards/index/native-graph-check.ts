/**
 * Reads an hnswlib file as it streams by: is it whole, is it the graph we think it is, and what is its
 * checksum? hnswlib ignores failed writes (a full disk leaves a file that merely stops), and reading a
 * file that is not whole can end the process.
 *
 * The file is a header of 96 bytes, one record of fixed size per node, and for each node the size
 * of its links on the upper layers (u32) and the links.
 * Source: https://github.com/nmslib/hnswlib/blob/v0.8.0/hnswlib/hnswalg.h (saveIndex)
 */
import { hash64Stream } from '../../src/base/hash64.js';
import type { GraphSpec } from './graph-space.js';

const HEADER_BYTES = 96;
const LINK_BYTES = 4;
const LABEL_BYTES = 8;
const FLOAT_BYTES = 4;

export class NativeGraphCheck {
  readonly #spec: GraphSpec;
  readonly #count: number;
  readonly #hash = hash64Stream();
  /** Bytes of the piece being collected: the header, then one link size after another. */
  readonly #piece = new Uint8Array(HEADER_BYTES);
  readonly #view = new DataView(this.#piece.buffer);
  #pieceFilled = 0;
  #pieceBytes = HEADER_BYTES;
  #bytesToSkip = 0;
  #nodesLeft: number;
  #byteCount = 0;
  #problem: string | undefined;

  /** @param count nodes that the file must hold, dead ones included */
  constructor(spec: GraphSpec, count: number) {
    this.#spec = spec;
    this.#count = count;
    this.#nodesLeft = count;
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#byteCount += bytes.length;
    let at = 0;
    while (at < bytes.length && this.#problem === undefined) {
      if (this.#bytesToSkip > 0) {
        const skipped = Math.min(this.#bytesToSkip, bytes.length - at);
        this.#bytesToSkip -= skipped;
        at += skipped;
        continue;
      }
      if (this.#pieceBytes === 0) {
        this.#problem = 'graph file goes on after its end';
        return;
      }
      this.#piece[this.#pieceFilled] = bytes[at] as number;
      this.#pieceFilled += 1;
      at += 1;
      if (this.#pieceFilled === this.#pieceBytes) this.#endPiece();
    }
  }

  /** After the last byte: size and checksum, or what is wrong. */
  finish(): { bytes: number; hash: bigint } | { problem: string } {
    if (this.#problem === undefined && (this.#pieceBytes > 0 || this.#bytesToSkip > 0)) {
      this.#problem = `graph file ends after ${this.#byteCount} bytes, too early`;
    }
    if (this.#problem !== undefined) return { problem: this.#problem };
    return { bytes: this.#byteCount, hash: this.#hash.digest() };
  }

  #endPiece(): void {
    if (this.#pieceBytes === HEADER_BYTES) {
      this.#problem = this.#headerProblem();
      this.#bytesToSkip = this.#count * this.#recordBytes();
    } else {
      this.#nodesLeft -= 1;
      this.#bytesToSkip = this.#view.getUint32(0, true);
    }
    this.#pieceFilled = 0;
    this.#pieceBytes = this.#nodesLeft > 0 ? 4 : 0;
  }

  #recordBytes(): number {
    const linkBytes = 2 * this.#spec.m * LINK_BYTES + LINK_BYTES;
    return linkBytes + this.#spec.dimension * FLOAT_BYTES + LABEL_BYTES;
  }

  #headerProblem(): string | undefined {
    const count = Number(this.#view.getBigUint64(16, true));
    if (count !== this.#count) return `graph file holds ${count} nodes, not ${this.#count}`;
    const recordBytes = Number(this.#view.getBigUint64(24, true));
    const m = Number(this.#view.getBigUint64(72, true));
    if (recordBytes !== this.#recordBytes() || m !== this.#spec.m) {
      return `graph file has records of ${recordBytes} bytes, m ${m}`;
    }
    return undefined;
  }
}
