/**
 * Checks the structure of an LMDB data file before LMDB maps it into memory. LMDB's pages carry no
 * checksums and its code believes what they say: a flipped bit in a page number or an offset, or a
 * file that was cut short, makes it read outside the map, which ends the whole process (SIGSEGV,
 * SIGBUS) and would do so again at every start. So every page that a tree refers to is looked at
 * first: is it within the file, does it say it is the page it is, do its entries lie within it and
 * within the keys that lead to it, in order, is it referred to once, and do the counts add up? What
 * the entries mean is checked by `lmdb-verify.ts`.
 * The bytes are drawn in `lmdb-page-layout.ts`.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import {
  damaged,
  ENTRY_BYTES,
  ENTRY_OVERFLOW,
  ENTRY_TREE,
  HEADER_BYTES,
  type Meta,
  OVERFLOW_REF_BYTES,
  PAGE_BRANCH,
  PAGE_LEAF,
  PAGE_OVERFLOW,
  parseTree,
  readBytes,
  readMeta,
  TREE_BYTES,
  type Tree,
} from './lmdb-page-layout.js';

const FREE_LIST = 'the free list';
const DEPTH_MAX = 32;
const SLICE_PAGES = 512;

/** Throws a {@link DamagedDataFile} that names the first page that cannot be right. */
export function* checkPages(file: string): Generator<void, void> {
  const handle = openSync(file, 'r');
  try {
    const fileBytes = fstatSync(handle).size;
    const meta = readMeta(handle, fileBytes);
    const walk = new PageWalk(handle, meta, Math.floor(fileBytes / meta.pageBytes));
    const { children } = yield* walk.tree(meta.main, 'the main tree');
    for (const child of children) yield* walk.tree(child, 'a database');
    const { values } = yield* walk.tree(meta.free, FREE_LIST);
    for (const value of values) walk.freePages(value);
  } finally {
    closeSync(handle);
  }
}

interface TreeContents {
  /** The trees that its leaves describe. */
  children: Tree[];
  /** Of the free list only. */
  values: DataView[];
}

/** A page, and the keys that all of its own must lie between: `low` <= key < `high`. */
interface PageRef {
  page: number;
  low?: Buffer | undefined;
  high?: Buffer | undefined;
}

class PageWalk {
  readonly #handle: number;
  readonly #meta: Meta;
  readonly #filePages: number;
  readonly #seen: Uint8Array;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #walkedPages = 0;

  constructor(handle: number, meta: Meta, filePages: number) {
    this.#handle = handle;
    this.#meta = meta;
    this.#filePages = filePages;
    this.#seen = new Uint8Array(filePages);
    this.#bytes = Buffer.allocUnsafeSlow(meta.pageBytes);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, meta.pageBytes);
  }

  *tree(tree: Tree, name: string): Generator<void, TreeContents> {
    const counted = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
    const contents: TreeContents = { children: [], values: [] };
    if (tree.depth > DEPTH_MAX || (tree.depth === 0) !== (tree.root === undefined)) {
      throw damaged(`${name} of depth ${tree.depth}`);
    }
    let level: PageRef[] = tree.root === undefined ? [] : [{ page: tree.root }];
    for (let depth = 1; depth <= tree.depth; depth += 1) {
      const isLeaf = depth === tree.depth;
      const below: PageRef[] = [];
      for (const ref of level) {
        this.#readPage(ref.page, isLeaf ? PAGE_LEAF : PAGE_BRANCH, name);
        const entries = this.#entries(ref.page, name);
        this.#expectOrder(ref, isLeaf ? entries : entries.slice(1), name);
        if (isLeaf) {
          counted.leafPages += 1;
          counted.entries += entries.length;
          for (const at of entries) {
            counted.overflowPages += this.#leafEntry(ref.page, at, contents, name);
          }
        } else {
          counted.branchPages += 1;
          this.#pushChildren(ref, entries, below);
        }
        this.#walkedPages += 1;
        if (this.#walkedPages % SLICE_PAGES === 0) yield;
      }
      level = below;
    }
    for (const key of ['branchPages', 'leafPages', 'overflowPages', 'entries'] as const) {
      if (counted[key] !== tree[key]) {
        throw damaged(`${name} has ${counted[key]} ${key}, not ${tree[key]}`);
      }
    }
    return contents;
  }

  /**
   * Checks a list of free pages: a count, then page numbers, where -n before a number stands for n
   * pages from there on, and 0 for nothing. A page in use that is listed would be overwritten.
   */
  freePages(list: DataView): void {
    const count = list.byteLength < 8 ? -1 : Number(list.getBigUint64(0, true));
    if (count < 0 || 8 * (count + 1) > list.byteLength) throw damaged('a list of free pages');
    let length = 1;
    for (let i = 1; i <= count; i += 1) {
      const word = Number(list.getBigInt64(8 * i, true));
      if (word < 0) {
        length = -word;
        continue;
      }
      const isWithin = word === 0 || (word >= 2 && word + length - 1 <= this.#meta.lastPage);
      if (!isWithin) throw damaged(`the free list has page ${word}`);
      if (word !== 0 && this.#seen.subarray(word, word + length).includes(1)) {
        throw damaged(`page ${word} is in use and free`);
      }
      length = 1;
    }
  }

  /** Offsets of a page's entries within the page, after checking that they lie in it. */
  #entries(pageNumber: number, name: string): number[] {
    const { pageBytes } = this.#meta;
    const lower = this.#view.getUint16(20, true);
    const upper = this.#view.getUint16(22, true);
    const room = pageBytes - HEADER_BYTES;
    if (lower > upper || upper > room || lower % 2 !== 0 || lower === 0) {
      throw damaged(`page ${pageNumber} of ${name}: bounds ${lower}, ${upper}`);
    }
    const offsets: number[] = [];
    for (let i = 0; i < lower; i += 2) {
      const offset = this.#view.getUint16(HEADER_BYTES + i, true);
      const at = HEADER_BYTES + offset;
      const isWithin = offset >= upper && at + ENTRY_BYTES <= pageBytes;
      if (!isWithin || at + ENTRY_BYTES + this.#view.getUint16(at + 6, true) > pageBytes) {
        throw damaged(`page ${pageNumber} of ${name}: entry at ${offset}`);
      }
      offsets.push(at);
    }
    return offsets;
  }

  /** A branch's first key says nothing: its child begins where the branch does. */
  #pushChildren(ref: PageRef, entries: readonly number[], below: PageRef[]): void {
    const keys = entries.map((at, i) => (i === 0 ? ref.low : Buffer.from(this.#keyOf(at))));
    entries.forEach((at, i) => {
      const page = this.#view.getUint32(at, true) + this.#view.getUint16(at + 4, true) * 2 ** 32;
      below.push({ page, low: keys[i], high: i + 1 < keys.length ? keys[i + 1] : ref.high });
    });
  }

  #expectOrder({ page, low, high }: PageRef, entries: readonly number[], name: string): void {
    const compare = name === FREE_LIST ? compareNumbers : Buffer.compare;
    let last = low;
    entries.forEach((at, i) => {
      const key = this.#keyOf(at);
      const order = last === undefined ? -1 : compare(last, key);
      if (order > 0 || (order === 0 && i > 0)) throw damaged(`page ${page} of ${name}: order`);
      last = key;
    });
    if (
      last !== undefined &&
      high !== undefined &&
      entries.length > 0 &&
      compare(last, high) >= 0
    ) {
      throw damaged(`page ${page} of ${name}: order`);
    }
  }

  #keyOf(at: number): Buffer {
    const keyAt = at + ENTRY_BYTES;
    return this.#bytes.subarray(keyAt, keyAt + this.#view.getUint16(at + 6, true));
  }

  /** Checks the data of a leaf's entry; returns how many overflow pages it has. */
  #leafEntry(pageNumber: number, at: number, contents: TreeContents, name: string): number {
    const flags = this.#view.getUint16(at + 4, true);
    const dataAt = at + ENTRY_BYTES + this.#view.getUint16(at + 6, true);
    const dataBytes = this.#view.getUint32(at, true);
    const isOverflow = flags === ENTRY_OVERFLOW;
    const storedBytes = isOverflow ? OVERFLOW_REF_BYTES : dataBytes;
    const isTree = flags === ENTRY_TREE;
    const isKnown = flags === 0 || isOverflow || (isTree && dataBytes === TREE_BYTES);
    if (!isKnown || dataAt + storedBytes > this.#meta.pageBytes) {
      throw damaged(`page ${pageNumber} of ${name}: data at ${dataAt}`);
    }
    if (isTree) contents.children.push(parseTree(this.#view, dataAt));
    const overflowPages = isOverflow ? this.#overflow(pageNumber, dataAt, dataBytes, name) : 0;
    if (name === FREE_LIST) contents.values.push(this.#valueOf(at));
    return overflowPages;
  }

  #overflow(pageNumber: number, dataAt: number, dataBytes: number, name: string): number {
    const first = Number(this.#view.getBigUint64(dataAt, true));
    const pages = Number(this.#view.getBigUint64(dataAt + 16, true));
    const needed = Math.floor((HEADER_BYTES - 1 + dataBytes) / this.#meta.pageBytes) + 1;
    if (pages !== needed) throw damaged(`page ${pageNumber} of ${name}: ${pages} overflow pages`);
    this.#claimOverflow(first, pages, name);
    return pages;
  }

  /** A copy of the value of a leaf's entry that was checked. */
  #valueOf(at: number): DataView {
    const dataAt = at + ENTRY_BYTES + this.#view.getUint16(at + 6, true);
    const dataBytes = this.#view.getUint32(at, true);
    if (this.#view.getUint16(at + 4, true) !== ENTRY_OVERFLOW) {
      return new DataView(this.#view.buffer.slice(dataAt, dataAt + dataBytes));
    }
    const first = Number(this.#view.getBigUint64(dataAt, true));
    return readBytes(this.#handle, first * this.#meta.pageBytes + HEADER_BYTES, dataBytes);
  }

  #claimOverflow(first: number, pages: number, name: string): void {
    for (let i = 0; i < pages; i += 1) this.#claim(first + i, name);
    const { pageBytes } = this.#meta;
    const header = readBytes(this.#handle, first * pageBytes, HEADER_BYTES);
    const isRight =
      header.getBigUint64(0, true) === BigInt(first) &&
      (header.getUint16(18, true) & PAGE_OVERFLOW) !== 0 &&
      header.getUint32(20, true) === pages;
    if (!isRight) throw damaged(`overflow page ${first} of ${name}`);
  }

  #readPage(pageNumber: number, kind: number, name: string): void {
    this.#claim(pageNumber, name);
    const { pageBytes, txnId } = this.#meta;
    const read = readSync(this.#handle, this.#bytes, 0, pageBytes, pageNumber * pageBytes);
    const isRight =
      read === pageBytes &&
      this.#view.getBigUint64(0, true) === BigInt(pageNumber) &&
      this.#view.getBigUint64(8, true) <= txnId &&
      (this.#view.getUint16(18, true) & 0xff) === kind;
    if (!isRight) throw damaged(`page ${pageNumber} of ${name} is not what it should be`);
  }

  /** Every page has one owner, and lies in the file. */
  #claim(pageNumber: number, name: string): void {
    const isInFile =
      pageNumber >= 2 && pageNumber < this.#filePages && pageNumber <= this.#meta.lastPage;
    if (!isInFile) throw damaged(`${name} refers to page ${pageNumber} of ${this.#filePages}`);
    if (this.#seen[pageNumber] !== 0) throw damaged(`page ${pageNumber} is used twice`);
    this.#seen[pageNumber] = 1;
  }
}

/** Keys of the free list are transaction numbers, little-endian. */
function compareNumbers(a: Buffer, b: Buffer): number {
  if (a.byteLength !== 8 || b.byteLength !== 8) throw damaged('a key of the free list');
  const difference = a.readBigUInt64LE() - b.readBigUInt64LE();
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
