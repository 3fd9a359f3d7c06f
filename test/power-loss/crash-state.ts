/**
 * What may be on the disk after a power loss. Everything that was synced is there; of the rest each
 * piece may be, down to the sectors of one write, and names are pieces of their own: a file that was
 * synced can be there without its name, and under its old name after a rename.
 *
 * Two rules come from how a page cache works. A sector holds the state after some number of its
 * changes, in their order, so once one is dropped the later ones to that sector are too; and a change
 * to a page that was synced takes earlier ones to that page with it.
 */
import { type Random, randomInt } from '../../src/base/random.js';
import {
  type DiskHistory,
  type DiskNode,
  type FileChange,
  type NameChange,
  ROOT,
} from './disk-history.js';

const SECTOR_BYTES = 512;
const PAGE_BYTES = 4096;

/** What of the unsynced is kept or dropped as one. */
export type Grain = 'none' | 'all' | 'write' | 'page' | 'sector';
const GRAINS: readonly Grain[] = ['none', 'all', 'write', 'write', 'page', 'page', 'sector'];

export interface CrashStyle {
  data: Grain;
  /** `order`: as a journal does, all changes of names up to one of them. `subset`: any. */
  names: 'none' | 'all' | 'order' | 'subset';
}

export function drawStyle(random: Random): CrashStyle {
  const names = ['none', 'all', 'order', 'subset', 'subset'] as const;
  return {
    data: GRAINS[randomInt(random, GRAINS.length)] as Grain,
    names: names[randomInt(random, names.length)] as CrashStyle['names'],
  };
}

export interface CrashState {
  /** Relative paths, parents before children. */
  folders: string[];
  files: Map<string, Buffer>;
}

/** The folder as a power loss right after the moment `cut` may leave it. */
export function crashState(
  history: DiskHistory,
  cut: number,
  style: CrashStyle,
  random: Random,
): CrashState {
  const names = survivingNames(history, cut, style, random);
  const state: CrashState = { folders: [], files: new Map() };
  const visit = (folder: number, prefix: string) => {
    for (const [name, number] of names.get(folder) ?? []) {
      const node = history.nodes[number] as DiskNode;
      const path = prefix + name;
      if (node.kind === 'folder') {
        state.folders.push(path);
        visit(number, `${path}/`);
      } else state.files.set(path, survivingBytes(node, cut, style.data, random));
    }
  };
  visit(ROOT, '');
  return state;
}

/** When the last sync began that had ended by `cut`: what ended before then is durable. */
function syncedBefore({ syncs }: DiskNode, cut: number): number {
  let latest = Number.NEGATIVE_INFINITY;
  for (const { beganAt, endedAt } of syncs) {
    if (endedAt <= cut && beganAt > latest) latest = beganAt;
  }
  return latest;
}

type Names = Map<number, Map<string, number>>;

function survivingNames(
  history: DiskHistory,
  cut: number,
  { names: style }: CrashStyle,
  random: Random,
): Names {
  const begun = history.nameChanges.filter(({ beganAt }) => beganAt <= cut);
  const durableOf = new Map<number, number>();
  const isDurable = ({ folder, endedAt }: NameChange): boolean => {
    let before = durableOf.get(folder);
    if (before === undefined) {
      before = syncedBefore(history.nodes[folder] as DiskNode, cut);
      durableOf.set(folder, before);
    }
    return endedAt < before;
  };
  const optional = begun.filter((change) => !isDurable(change));
  const keptInOrder = new Set(optional.slice(0, randomInt(random, optional.length + 1)));
  const dropped = new Set<string>();
  const names: Names = new Map();
  for (const change of begun) {
    const { folder, name, node, from } = change;
    const isKept =
      isDurable(change) ||
      style === 'all' ||
      (style === 'order' && keptInOrder.has(change)) ||
      (style === 'subset' && random.next() < 0.5);
    const places = from === undefined ? [{ folder, name }] : [{ folder, name }, from];
    const keys = places.map((place) => `${place.folder}/${place.name}`);
    if (!isKept || keys.some((key) => dropped.has(key))) {
      for (const key of keys) dropped.add(key);
      continue;
    }
    if (from !== undefined) names.get(from.folder)?.delete(from.name);
    const inFolder = names.get(folder) ?? new Map<string, number>();
    names.set(folder, inFolder);
    if (node === undefined) inFolder.delete(name);
    else inFolder.set(name, node);
  }
  return names;
}

export function survivingBytes(node: DiskNode, cut: number, grain: Grain, random: Random): Buffer {
  const begun = node.changes.filter(({ beganAt }) => beganAt <= cut);
  const isDurable = durability(node, begun, cut);
  const image = new Image();
  const dropped = new Set<number>();
  begun.forEach((change, index) => {
    if (change.kind === 'resize') {
      if (isDurable(change, index, 0) || grain === 'all' || coin(grain, random)) {
        image.resize(change.size);
      }
      return;
    }
    const { offset, bytes } = change;
    const keepsWrite = coin(grain, random);
    let keepsPage = false;
    let page = -1;
    // Space may have been given to the file without its bytes having arrived.
    if (coin(grain, random)) image.grow(offset + bytes.length);
    for (let at = offset; at < offset + bytes.length; ) {
      const sector = Math.floor(at / SECTOR_BYTES);
      const end = Math.min((sector + 1) * SECTOR_BYTES, offset + bytes.length);
      const itsPage = Math.floor(at / PAGE_BYTES);
      if (itsPage !== page) {
        page = itsPage;
        keepsPage = coin(grain, random);
      }
      const isLucky =
        grain === 'all' ||
        (grain === 'write' && keepsWrite) ||
        (grain === 'page' && keepsPage) ||
        (grain === 'sector' && coin(grain, random));
      const isKept = isDurable(change, index, page) || (isLucky && !dropped.has(sector));
      if (isKept) image.put(at, bytes.subarray(at - offset, end - offset));
      else dropped.add(sector);
      at = end;
    }
  });
  return image.bytes;
}

function coin(grain: Grain, random: Random): boolean {
  return grain !== 'none' && random.next() < 0.5;
}

function durability(
  node: DiskNode,
  begun: readonly FileChange[],
  cut: number,
): (change: FileChange, index: number, page: number) => boolean {
  const before = syncedBefore(node, cut);
  /** Of each page the last change that was synced by itself, which takes earlier ones along. */
  const lastSynced = new Map<number, number>();
  begun.forEach((change, index) => {
    if (change.kind !== 'write' || !change.isSynced || change.endedAt > cut) return;
    const last = Math.floor((change.offset + change.bytes.length - 1) / PAGE_BYTES);
    for (let page = Math.floor(change.offset / PAGE_BYTES); page <= last; page += 1) {
      lastSynced.set(page, index);
    }
  });
  return (change, index, page) => {
    if (change.endedAt < before) return true;
    return change.kind === 'write' && index <= (lastSynced.get(page) ?? -1);
  };
}

/** A file that grows. */
class Image {
  #buffer = Buffer.alloc(0);
  #size = 0;

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  grow(size: number): void {
    if (size > this.#size) this.resize(size);
  }

  resize(size: number): void {
    if (size < this.#size) this.#buffer.fill(0, size, this.#size);
    else if (size > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(size, this.#buffer.length * 2));
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    this.#size = size;
  }

  put(offset: number, bytes: Buffer): void {
    this.grow(offset + bytes.length);
    bytes.copy(this.#buffer, offset);
  }
}
