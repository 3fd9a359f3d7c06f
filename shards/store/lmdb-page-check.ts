/**
 * Checks the structure of an LMDB data file before LMDB maps it into memory. LMDB's pages carry no
 * checksums and its code believes what they say: a flipped bit in a page number or an offset, or a
 * file that was cut short, makes it read outside the map, which ends the whole process (SIGSEGV,
 * SIGBUS) and would do so again at every start. So every page that a tree refers to is looked at
 * first: is it within the file, does it say it is the page it is, do its entries lie within it, is it
 * referred to once, and do the counts add up? What the entries mean is checked by `lmdb-verify.ts`.
 *
 * The layout is that of liblmdb's `mdb.c` as the package `lmdb` builds it, data format 2:
 *   page    pgno u64 | txnid u64 | pad u16 | flags u16 | lower u16 | upper u16 (or pages u32) | body
 *   body    offsets of entries, u16 each, from the end of the header; `lower` is their length
 *   entry   low u16 | high u16 | flags u16 | key length u16 | key | data
 *   meta    magic u32 | version u32 | address u64 | map size u64 | free tree | main tree |
 *           last page u64 | txnid u64 | boot id u64
 *   tree    pad u32 | flags u16 | depth u16 | branch, leaf, overflow pages, entries, root: u64 each
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StoreError } from './partition-store.js';

const HEADER_BYTES = 24;
const ENTRY_BYTES = 8;
const TREE_BYTES = 48;
const META_BYTES = 24 + 2 * TREE_BYTES + 24;
const OVERFLOW_REF_BYTES = 24;
const MAGIC = 0xbeefc0de;
const DATA_FORMAT = 2;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const DEPTH_MAX = 32;
const SLICE_PAGES = 512;

const PAGE_BRANCH = 1;
const PAGE_LEAF = 2;
const PAGE_OVERFLOW = 4;
const PAGE_META = 8;
const ENTRY_OVERFLOW = 1;
const ENTRY_TREE = 2;

interface Meta {
  pageBytes: number;
  free: Tree;
  main: Tree;
  lastPage: number;
  txnId: bigint;
}

interface Tree {
  depth: number;
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
  root: number | undefined;
}

/** Throws a {@link StoreError} `corrupt` that names the first page that cannot be right. */
export function* checkPages(file: string): Generator<void, void> {
  const handle = openSync(file, 'r');
  try {
    const fileBytes = fstatSync(handle).size;
    const meta = readMeta(handle, fileBytes);
    const walk = new PageWalk(handle, meta, Math.floor(fileBytes / meta.pageBytes));
    yield* walk.tree(meta.free, 'the free list');
    const children = yield* walk.tree(meta.main, 'the main tree');
    for (const child of children) yield* walk.tree(child, 'a database');
  } finally {
    closeSync(handle);
  }
}

/** The newer of the two meta pages, which must be of consecutive transactions. */
function readMeta(handle: number, fileBytes: number): Meta {
  const first = parseMeta(readBytes(handle, 0, HEADER_BYTES + META_BYTES), 0);
  const { pageBytes } = first;
  if (fileBytes < 2 * pageBytes) throw damaged('the file ends within its meta pages');
  const second = parseMeta(readBytes(handle, pageBytes, HEADER_BYTES + META_BYTES), 1);
  if (second.pageBytes !== pageBytes) throw damaged('the meta pages disagree');
  const isFresh = first.txnId === 0n && second.txnId === 0n;
  const difference = first.txnId - second.txnId;
  if (!isFresh && difference !== 1n && difference !== -1n) {
    throw damaged(`the meta pages are of transactions ${first.txnId} and ${second.txnId}`);
  }
  return difference > 0n ? first : second;
}

function parseMeta(page: DataView, index: number): Meta {
  const at = HEADER_BYTES;
  const freeAt = at + 24;
  const txnId = page.getBigUint64(freeAt + 2 * TREE_BYTES + 8, true);
  const pageBytes = page.getUint32(freeAt, true);
  const isPlausible =
    page.getBigUint64(0, true) === BigInt(index) &&
    (page.getUint16(18, true) & PAGE_META) !== 0 &&
    page.getUint32(at, true) === MAGIC &&
    (page.getUint32(at + 4, true) & 0xffff) === DATA_FORMAT &&
    pageBytes >= 512 &&
    pageBytes <= 65_536 &&
    Number.isInteger(Math.log2(pageBytes)) &&
    (txnId === 0n || Number(txnId & 1n) === index);
  if (!isPlausible) throw damaged(`meta page ${index}`);
  return {
    pageBytes,
    free: parseTree(page, freeAt),
    main: parseTree(page, freeAt + TREE_BYTES),
    lastPage: Number(page.getBigUint64(freeAt + 2 * TREE_BYTES, true)),
    txnId,
  };
}

function parseTree(page: DataView, at: number): Tree {
  const count = (index: number): number => Number(page.getBigUint64(at + 8 * index, true));
  const root = page.getBigUint64(at + 40, true);
  return {
    depth: page.getUint16(at + 6, true),
    branchPages: count(1),
    leafPages: count(2),
    overflowPages: count(3),
    entries: count(4),
    root: root === NO_PAGE ? undefined : Number(root),
  };
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
    this.#bytes = Buffer.alloc(meta.pageBytes);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, meta.pageBytes);
  }

  /** Checks one tree; returns the trees that its leaves describe. */
  *tree(tree: Tree, name: string): Generator<void, Tree[]> {
    const counted = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
    const children: Tree[] = [];
    if (tree.depth > DEPTH_MAX || (tree.depth === 0) !== (tree.root === undefined)) {
      throw damaged(`${name} of depth ${tree.depth}`);
    }
    let level = tree.root === undefined ? [] : [tree.root];
    for (let depth = 1; depth <= tree.depth; depth += 1) {
      const isLeaf = depth === tree.depth;
      const below: number[] = [];
      for (const pageNumber of level) {
        this.#readPage(pageNumber, isLeaf ? PAGE_LEAF : PAGE_BRANCH, name);
        if (isLeaf) {
          counted.leafPages += 1;
          for (const at of this.#entries(pageNumber, name)) {
            counted.entries += 1;
            counted.overflowPages += this.#leafEntry(pageNumber, at, children, name);
          }
        } else {
          counted.branchPages += 1;
          for (const at of this.#entries(pageNumber, name)) below.push(this.#childOf(at));
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
    return children;
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

  #childOf(at: number): number {
    const low = this.#view.getUint32(at, true);
    return low + this.#view.getUint16(at + 4, true) * 2 ** 32;
  }

  /** Checks the data of a leaf's entry; returns how many overflow pages it has. */
  #leafEntry(pageNumber: number, at: number, children: Tree[], name: string): number {
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
    if (isTree) children.push(parseTree(this.#view, dataAt));
    if (!isOverflow) return 0;
    const first = Number(this.#view.getBigUint64(dataAt, true));
    const pages = Number(this.#view.getBigUint64(dataAt + 16, true));
    const needed = Math.floor((HEADER_BYTES - 1 + dataBytes) / this.#meta.pageBytes) + 1;
    if (pages !== needed) throw damaged(`page ${pageNumber} of ${name}: ${pages} overflow pages`);
    this.#overflow(first, pages, name);
    return pages;
  }

  #overflow(first: number, pages: number, name: string): void {
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

function readBytes(handle: number, at: number, length: number): DataView {
  const bytes = Buffer.alloc(length);
  const read = readSync(handle, bytes, 0, length, at);
  if (read !== length) throw damaged(`the file ends at ${at + read}`);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

function damaged(what: string): StoreError {
  return new StoreError('corrupt', `damaged data file: ${what}`);
}
