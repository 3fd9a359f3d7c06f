/**
 * Bytes of LMDB's data file, as far as `lmdb-page-check.ts` needs to know them.
 * The layout is that of liblmdb's `mdb.c` as the package `lmdb` builds it, data format 2:
 *   page    pgno u64 | txnid u64 | pad u16 | flags u16 | lower u16 | upper u16 (or pages u32) | body
 *   body    offsets of entries, u16 each, from the end of the header; `lower` is their length
 *   entry   low u16 | high u16 | flags u16 | key length u16 | key | data
 *   meta    magic u32 | version u32 | address u64 | map size u64 | free tree | main tree |
 *           last page u64 | txnid u64 | boot id u64
 *   tree    pad u32 | flags u16 | depth u16 | branch, leaf, overflow pages, entries, root: u64 each
 */
import { readSync } from 'node:fs';

export const HEADER_BYTES = 24;
export const ENTRY_BYTES = 8;
export const TREE_BYTES = 48;
const META_BYTES = 24 + 2 * TREE_BYTES + 24;
export const OVERFLOW_REF_BYTES = 24;
const MAGIC = 0xbeefc0de;
const DATA_FORMAT = 2;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
export const PAGE_BRANCH = 1;
export const PAGE_LEAF = 2;
export const PAGE_OVERFLOW = 4;
const PAGE_META = 8;
export const ENTRY_OVERFLOW = 1;
export const ENTRY_TREE = 2;

export interface Meta {
  pageBytes: number;
  free: Tree;
  main: Tree;
  lastPage: number;
  txnId: bigint;
}

export interface Tree {
  depth: number;
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
  root: number | undefined;
}

/** The newer of the two meta pages, which must be of consecutive transactions. */
export function readMeta(handle: number, fileBytes: number): Meta {
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

export function parseTree(page: DataView, at: number): Tree {
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

export function readBytes(handle: number, at: number, length: number): DataView {
  const bytes = Buffer.alloc(length);
  const read = readSync(handle, bytes, 0, length, at);
  if (read !== length) throw damaged(`the file ends at ${at + read}`);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

/** What is read is not what LMDB wrote. */
export class DamagedDataFile extends Error {
  override readonly name = 'DamagedDataFile';
}

export function damaged(what: string): DamagedDataFile {
  return new DamagedDataFile(`damaged data file: ${what}`);
}
