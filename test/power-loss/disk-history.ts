/**
 * What a recorded process did to the files below one folder: every change of a file's bytes and of a
 * folder's names, every sync, each with the moments when it began and ended. Files and folders are
 * known by a number, as on a disk, whatever they are called at the time.
 *
 * Whatever could change a file unseen, or is not understood, is an error: `apply` must be told of a
 * writable mapping, and at the end `verify` compares what the history makes of the folder with what
 * is really in it.
 */

export interface Moments {
  beganAt: number;
  /** Infinity: never ended, since the process was killed. */
  endedAt: number;
}

export type FileChange = Moments &
  (
    | { kind: 'write'; offset: number; bytes: Buffer; isSynced: boolean }
    | { kind: 'resize'; size: number }
  );

/** A name made, taken away, or given to another place of the same name, all at once. */
export interface NameChange extends Moments {
  folder: number;
  name: string;
  /** What the name stands for from then on; undefined: nothing. */
  node: number | undefined;
  /** For a rename: where the node was before. */
  from: { folder: number; name: string } | undefined;
}

/** `fdatasync` and `fsync` do the same for files here; the call tells who made it. */
export interface Sync extends Moments {
  call: string;
}

export interface DiskNode {
  kind: 'file' | 'folder';
  /** Of a file. */
  changes: FileChange[];
  syncs: Sync[];
}

export const ROOT = 0;

export class DiskHistory {
  readonly nodes: DiskNode[] = [{ kind: 'folder', changes: [], syncs: [] }];
  readonly nameChanges: NameChange[] = [];
  readonly markers: { at: number; line: string }[] = [];
  /** Moments at which something happened, ascending. */
  readonly moments: number[] = [];
  readonly #names = new Map<string, number>();

  /** The node at a path (relative to the root, '' for itself) as the names are now. */
  find(path: string): number | undefined {
    if (path === '') return ROOT;
    return this.#names.get(path);
  }

  paths(): ReadonlyMap<string, number> {
    return this.#names;
  }

  make(path: string, kind: DiskNode['kind'], moments: Moments): number {
    const node = this.nodes.push({ kind, changes: [], syncs: [] }) - 1;
    this.#note(moments);
    this.#name(path, node, undefined, moments);
    this.#names.set(path, node);
    return node;
  }

  remove(path: string, moments: Moments): void {
    this.#note(moments);
    this.#name(path, undefined, undefined, moments);
    this.#names.delete(path);
  }

  rename(from: string, to: string, moments: Moments): void {
    const node = this.find(from);
    if (node === undefined) throw new Error(`history: renamed what is not there: ${from}`);
    this.#note(moments);
    this.#name(to, node, this.#place(from), moments);
    for (const [path, found] of [...this.#names]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#names.delete(path);
      this.#names.set(to + path.slice(from.length), found);
    }
  }

  change(node: number, change: FileChange): void {
    this.#note(change);
    this.nodes[node]?.changes.push(change);
  }

  sync(node: number, sync: Sync): void {
    this.#note(sync);
    this.nodes[node]?.syncs.push(sync);
  }

  mark(at: number, line: string): void {
    this.#note({ beganAt: at, endedAt: at });
    this.markers.push({ at, line });
  }

  #note({ beganAt, endedAt }: Moments): void {
    this.moments.push(beganAt);
    if (endedAt > beganAt && Number.isFinite(endedAt)) this.moments.push(endedAt);
  }

  #name(
    path: string,
    node: number | undefined,
    from: NameChange['from'],
    { beganAt, endedAt }: Moments,
  ): void {
    this.nameChanges.push({ ...this.#place(path), node, from, beganAt, endedAt });
  }

  #place(path: string): { folder: number; name: string } {
    const slash = path.lastIndexOf('/');
    const folder = this.find(slash < 0 ? '' : path.slice(0, slash));
    if (folder === undefined) throw new Error(`history: no folder for ${path}`);
    return { folder, name: path.slice(slash + 1) };
  }
}

/** The bytes of a file after all its changes, as the process itself would read them. */
export function contentsOf(changes: readonly FileChange[]): Buffer {
  let bytes: Buffer = Buffer.alloc(0);
  for (const change of changes) {
    const size = change.kind === 'resize' ? change.size : change.offset + change.bytes.length;
    if (change.kind === 'resize' || size > bytes.length) bytes = resized(bytes, size);
    if (change.kind === 'write') change.bytes.copy(bytes, change.offset);
  }
  return bytes;
}

function resized(bytes: Buffer, size: number): Buffer {
  if (size <= bytes.length) return bytes.subarray(0, size);
  const grown = Buffer.alloc(size);
  bytes.copy(grown);
  return grown;
}
