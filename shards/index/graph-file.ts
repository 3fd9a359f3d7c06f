/**
 * A graph on disk: a manifest at `path` and hnswlib's own file beside it, `path.N.hnsw`. Saving writes
 * a new numbered file, checks and syncs it, then renames a new manifest over the old one: a crash at
 * any moment leaves one whole pair. Loading verifies the checksums before any native code sees a
 * byte, since reading a damaged file would end the process.
 *
 * One operation at a time per path; the caller sees to that.
 */
import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { decodeManifest, encodeManifest, type GraphManifest } from './graph-manifest.js';
import { type GraphSpec, specDifference } from './graph-space.js';
import type { GraphTableContents } from './graph-table.js';
import { HnswIndex, makeRoom, type NativeGraph, newNativeGraph } from './hnsw-index.js';
import { NativeGraphCheck } from './native-graph-check.js';

/** Read in pieces of this size, so that no piece holds up the event loop (about 0.1 ms each). */
const READ_BYTES = 256 * 1024;

export type SaveOutcome = { status: 'saved'; bytes: number } | { status: 'failed'; detail: string };

export type LoadOutcome =
  | { status: 'loaded'; index: HnswIndex; lastSeq: number }
  | { status: 'absent' }
  | { status: 'damaged'; detail: string }
  | { status: 'mismatch'; detail: string };

/** The changes that a save makes to the directory, in their order. */
export type SaveStep =
  | 'payload_written'
  | 'payload_synced'
  | 'manifest_written'
  | 'manifest_renamed'
  | 'leftovers_removed';

export type OnSaveStep = (step: SaveStep) => void;

/**
 * Saves an index that contains the current rows up to `lastSeq`, or more: rows may still be inserted
 * between the call and the moment that hnswlib begins to write, and the file says what it contains.
 * From then on the index is frozen until the file is written, and may change again while that is
 * checked and synced.
 */
export function saveGraph(
  index: HnswIndex,
  path: string,
  lastSeq: number,
  onStep: OnSaveStep = () => {},
): Promise<SaveOutcome> {
  const write = (payload: string) => index.writeNative(payload);
  return saveGraphWith(write, index.spec, path, lastSeq, onStep);
}

/** As {@link saveGraph}, for a graph that something else writes: `write` makes hnswlib's file. */
export async function saveGraphWith(
  write: (payloadPath: string) => Promise<GraphTableContents>,
  spec: GraphSpec,
  path: string,
  lastSeq: number,
  onStep: OnSaveStep = () => {},
): Promise<SaveOutcome> {
  let payload: string | undefined;
  try {
    const payloadNumber = 1 + Math.max(0, ...(await payloadNumbers(path)));
    payload = payloadPath(path, payloadNumber);
    const table = await write(payload);
    onStep('payload_written');
    const checked = await checkPayload(payload, spec, table.hashes.length);
    if ('problem' in checked) throw new Error(checked.problem);
    await syncPath(payload);
    await syncPath(dirname(path));
    onStep('payload_synced');
    const manifest = encodeManifest({
      ...table,
      spec,
      lastSeq: Math.max(lastSeq, table.labels.at(-1) ?? 0),
      payloadNumber,
      payloadBytes: checked.bytes,
      payloadHash: checked.hash,
    });
    await writeSynced(`${path}.tmp`, manifest);
    onStep('manifest_written');
    await rename(`${path}.tmp`, path);
    payload = undefined; // Belongs to the manifest now: no failure may take it away.
    await syncPath(dirname(path));
    onStep('manifest_renamed');
    await removeLeftovers(path, payloadNumber);
    onStep('leftovers_removed');
    return { status: 'saved', bytes: checked.bytes + manifest.length };
  } catch (error) {
    await removeAttempt(path, payload);
    return { status: 'failed', detail: `graph not saved: ${String(error)}` };
  }
}

/** Loads the graph at `path`, if it is whole and was made to this `spec`. */
export async function loadGraph(path: string, spec: GraphSpec): Promise<LoadOutcome> {
  let payloadNumber: number | undefined;
  try {
    const bytes = await readFile(path);
    const decoded = decodeManifest(bytes);
    if (decoded.status !== 'ok') return decoded;
    const { manifest } = decoded;
    const difference = specDifference(manifest.spec, spec);
    if (difference !== undefined) return { status: 'mismatch', detail: difference };
    payloadNumber = manifest.payloadNumber;
    return await loadPayload(path, manifest);
  } catch (error) {
    if (payloadNumber === undefined && isMissing(error)) return { status: 'absent' };
    return { status: 'damaged', detail: `graph not readable: ${String(error)}` };
  }
}

/** Removes a graph's files, whole or not. */
export async function removeGraph(path: string): Promise<void> {
  await rm(path, { force: true });
  await removeLeftovers(path, undefined);
}

async function loadPayload(path: string, manifest: GraphManifest): Promise<LoadOutcome> {
  const { spec, lastSeq } = manifest;
  const payload = payloadPath(path, manifest.payloadNumber);
  const read = await readPayload(payload, manifest);
  if (read.status === 'damaged') return read;
  await removeLeftovers(path, manifest.payloadNumber);
  if (read.native === undefined)
    return { status: 'loaded', index: HnswIndex.create(spec), lastSeq };
  return { status: 'loaded', index: HnswIndex.adopt(spec, read.native, manifest), lastSeq };
}

/** hnswlib's file, verified before any native code sees it; no graph when it is empty. */
export async function readPayload(
  payload: string,
  { spec, hashes, payloadBytes, payloadHash }: GraphManifest,
): Promise<
  { status: 'read'; native: NativeGraph | undefined } | { status: 'damaged'; detail: string }
> {
  const checked = await checkPayload(payload, spec, hashes.length);
  if ('problem' in checked) return { status: 'damaged', detail: checked.problem };
  if (checked.bytes !== payloadBytes || checked.hash !== payloadHash) {
    return { status: 'damaged', detail: 'checksum of the graph file is wrong' };
  }
  if (hashes.length === 0) return { status: 'read', native: undefined };
  const native = newNativeGraph(spec);
  await native.readIndex(payload);
  makeRoom(native);
  return { status: 'read', native };
}

async function checkPayload(
  payload: string,
  spec: GraphSpec,
  count: number,
): Promise<{ bytes: number; hash: bigint } | { problem: string }> {
  const check = new NativeGraphCheck(spec, count);
  const buffer = new Uint8Array(READ_BYTES);
  const file = await open(payload, 'r');
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return check.finish();
      check.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

export function payloadPath(path: string, number: number): string {
  return `${path}.${number}.hnsw`;
}

/** Numbers of the payload files beside a manifest. */
async function payloadNumbers(path: string): Promise<number[]> {
  const prefix = `${basename(path)}.`;
  const numbers: number[] = [];
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix)) continue;
    const match = /^(\d{1,15})\.hnsw$/.exec(name.slice(prefix.length));
    if (match !== null) numbers.push(Number(match[1]));
  }
  return numbers;
}

/** Removes what unfinished or superseded saves left behind. */
async function removeLeftovers(path: string, keptNumber: number | undefined): Promise<void> {
  await rm(`${path}.tmp`, { force: true });
  for (const number of await payloadNumbers(path)) {
    if (number !== keptNumber) await rm(payloadPath(path, number), { force: true });
  }
}

/** After a failed save; a directory that cannot even be cleaned is cleaned by the next one. */
async function removeAttempt(path: string, payload: string | undefined): Promise<void> {
  const paths = payload === undefined ? [`${path}.tmp`] : [`${path}.tmp`, payload];
  for (const leftover of paths) await rm(leftover, { force: true }).catch(() => {});
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  await withFile(path, 'w', async (file) => {
    await file.writeFile(bytes);
    await file.sync();
  });
}

async function syncPath(path: string): Promise<void> {
  await withFile(path, 'r', (file) => file.sync());
}

async function withFile(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
