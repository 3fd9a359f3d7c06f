/**
 * A saved graph on its way to another replica: its manifest and then hnswlib's file, as one run of bytes
 * named by the checksums of both.
 *
 * The sender reads from open files, which stay what they are when a newer graph takes their names. The
 * receiver keeps what came in two files of that name, so that it goes on where it was interrupted, also
 * after a restart; the checksums are verified over the whole before anything is loaded.
 *
 * Labels are the sender's sequence numbers and mean nothing to the receiver, whose rows have numbers of
 * their own. They are left behind: a node belongs to whatever rows have its vector, which its hash
 * says.
 */
import { type FileHandle, open, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../src/base/clock.js';
import type { GraphOffer } from '../../src/wire/recovery-messages.js';
import type { GraphInbox, GraphLoad, SavedGraph } from '../graph-kit.js';
import { payloadPath, readPayload } from './graph-file.js';
import {
  decodeManifest,
  type GraphManifest,
  MANIFEST_CHECKSUM_BYTES,
  MANIFEST_HEADER_BYTES,
  payloadOf,
} from './graph-manifest.js';
import { type GraphSpec, specDifference } from './graph-space.js';
import { HnswIndex, type NativeGraph } from './hnsw-index.js';

/** Nodes marked as deleted between two turns of the event loop, about 0.1 us each. */
const MARKS_PER_SLICE = 4096;
/** A newer graph may take the place of the one whose manifest was just read. */
const OPEN_ATTEMPTS = 3;

/** Opens the graph saved at `path` for sending; undefined when there is none. */
export async function openParcel(path: string): Promise<SavedGraph | undefined> {
  for (let attempt = 0; attempt < OPEN_ATTEMPTS; attempt += 1) {
    const manifest = await openOrNothing(path);
    if (manifest === undefined) return undefined;
    const parcel = await openPayload(path, manifest).catch(() => undefined);
    if (parcel !== undefined) return parcel;
    await manifest.close();
  }
  return undefined;
}

async function openPayload(path: string, manifest: FileHandle): Promise<SavedGraph | undefined> {
  const { size } = await manifest.stat();
  const header = await readAt(manifest, 0, MANIFEST_HEADER_BYTES);
  const sum = await readAt(manifest, size - MANIFEST_CHECKSUM_BYTES, MANIFEST_CHECKSUM_BYTES);
  const named = payloadOf(header);
  if (named === undefined || sum.length < MANIFEST_CHECKSUM_BYTES) return undefined;
  const payload = await openOrNothing(payloadPath(path, named.payloadNumber));
  if (payload === undefined) return undefined;
  return {
    graphId: Buffer.from(sum).toString('hex') + hexOf(named.payloadHash),
    manifestBytes: size,
    payloadBytes: named.payloadBytes,
    read(offset, lengthMax) {
      if (offset >= size) return readAt(payload, offset - size, lengthMax);
      return readAt(manifest, offset, Math.min(lengthMax, size - offset));
    },
    async close() {
      await manifest.close();
      await payload.close();
    },
  };
}

/** What was received of a graph for `path`, or nothing yet. Of any other one nothing is left. */
export async function openInbox(
  path: string,
  spec: GraphSpec,
  clock: Clock,
  offer: GraphOffer,
): Promise<GraphInbox> {
  const names = inboxNames(path, offer.graphId);
  for (const file of await inboxFiles(path)) {
    if (!names.includes(basename(file))) await rm(file, { force: true });
  }
  const [manifestFile, payloadFile] = names.map((name) => join(dirname(path), name));
  const files: [string, string] = [manifestFile as string, payloadFile as string];
  const manifest = await open(files[0], 'a');
  try {
    const payload = await open(files[1], 'a');
    const received = [(await manifest.stat()).size, (await payload.stat()).size];
    const inbox = new ParcelInbox(spec, clock, offer, files, manifest, payload);
    inbox.receivedBytes = (received[0] as number) + (received[1] as number);
    return inbox;
  } catch (error) {
    await manifest.close();
    throw error;
  }
}

class ParcelInbox implements GraphInbox {
  receivedBytes = 0;
  readonly #spec: GraphSpec;
  readonly #clock: Clock;
  readonly #offer: GraphOffer;
  readonly #files: readonly [string, string];
  readonly #manifest: FileHandle;
  readonly #payload: FileHandle;
  #isClosed = false;

  constructor(
    spec: GraphSpec,
    clock: Clock,
    offer: GraphOffer,
    files: readonly [string, string],
    manifest: FileHandle,
    payload: FileHandle,
  ) {
    this.#spec = spec;
    this.#clock = clock;
    this.#offer = offer;
    this.#files = files;
    this.#manifest = manifest;
    this.#payload = payload;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const { manifestBytes } = this.#offer;
    const ofManifest = bytes.subarray(0, Math.max(0, manifestBytes - this.receivedBytes));
    const ofPayload = bytes.subarray(ofManifest.length);
    if (ofManifest.length > 0) await this.#manifest.appendFile(ofManifest);
    if (ofPayload.length > 0) await this.#payload.appendFile(ofPayload);
    this.receivedBytes += bytes.length;
  }

  async finish(): Promise<GraphLoad> {
    await this.close();
    try {
      return await this.#load();
    } catch (error) {
      return { status: 'damaged', detail: `graph not readable: ${String(error)}` };
    }
  }

  async discard(): Promise<void> {
    await this.close();
    for (const file of this.#files) await rm(file, { force: true });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#manifest.close();
    await this.#payload.close();
  }

  async #load(): Promise<GraphLoad> {
    const decoded = decodeManifest(await readFile(this.#files[0]));
    if (decoded.status !== 'ok') return decoded;
    const { manifest } = decoded;
    const difference = specDifference(manifest.spec, this.#spec);
    if (difference !== undefined) return { status: 'mismatch', detail: difference };
    const read = await readPayload(this.#files[1], manifest);
    if (read.status === 'damaged') return read;
    const { native } = read;
    if (native === undefined) {
      return { status: 'loaded', graph: HnswIndex.create(this.#spec), lastSeq: 0 };
    }
    await this.#deleteAll(native, manifest);
    const graph = HnswIndex.adoptAsReserve(this.#spec, native, manifest.hashes);
    return { status: 'loaded', graph, lastSeq: 0 };
  }

  /** Nodes without a label are deleted in the file already. */
  async #deleteAll(native: NativeGraph, { nodes, hashes }: GraphManifest): Promise<void> {
    const isMarked = new Uint8Array(hashes.length).fill(1);
    for (const node of nodes) isMarked[node] = 0;
    for (let node = 0; node < isMarked.length; node += 1) {
      if (isMarked[node] === 0) native.markDelete(node);
      if (node % MARKS_PER_SLICE === 0) {
        await new Promise<void>((resume) => this.#clock.defer(resume));
      }
    }
  }
}

/** The files of graphs on their way to `path`, also of those that were given up. */
async function inboxFiles(path: string): Promise<string[]> {
  const prefix = `${basename(path)}.from-`;
  const names = await readdir(dirname(path));
  return names.filter((name) => name.startsWith(prefix)).map((name) => join(dirname(path), name));
}

function inboxNames(path: string, graphId: string): string[] {
  return ['manifest', 'hnsw'].map((part) => `${basename(path)}.from-${graphId}.${part}`);
}

async function openOrNothing(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch {
    return undefined;
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(Math.max(0, length));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
  return buffer.subarray(0, bytesRead);
}

function hexOf(hash: bigint): string {
  return hash.toString(16).padStart(16, '0');
}
