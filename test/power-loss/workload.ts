/**
 * What the recorded node is asked to write: a function of the seed and the round, so that whoever
 * checks knows every byte without being told. A round writes a few documents of one partition with one
 * version; later rounds have larger versions. Ids are few, so that documents are replaced and deleted
 * all the time; some texts are large enough for pages of their own.
 */
import { collectionId } from '../../src/base/ids.js';
import { type Random, randomInt, seededRandom } from '../../src/base/random.js';
import { makeVersion, type Version, versionWallMs } from '../../src/base/version.js';
import type { WriteOp } from '../../src/wire/link-messages.js';
import { packVector } from '../../src/wire/vector-codec.js';

export const COLLECTION = collectionId('c0ffee');
export const CLUSTER = 'cluster-1';
export const DIMENSION = 8;
export const PARTITIONS = 3;
const IDS = 60;
const WALL_MS = 1_700_000_000_000;
/** Rounds before partition 2 is made, in the middle of the traffic of the others. */
export const LATE_PARTITION_ROUND = 40;

export interface Round {
  round: number;
  partition: number;
  version: Version;
  ops: WriteOp[];
}

export function roundOf(seed: number, round: number): Round {
  const random = seededRandom(seed * 1_000_003 + round);
  const partition = randomInt(random, round < LATE_PARTITION_ROUND ? PARTITIONS - 1 : PARTITIONS);
  const opCount = random.next() < 0.05 ? 40 : 1 + randomInt(random, 8);
  const ops = Array.from({ length: opCount }, () => opOf(random));
  return { round, partition, version: makeVersion(WALL_MS + round, 0, 0), ops };
}

export function roundOfVersion(version: Version): number {
  return versionWallMs(version) - WALL_MS;
}

function opOf(random: Random): WriteOp {
  const id = `doc-${randomInt(random, IDS)}`;
  if (random.next() < 0.15) return { kind: 'delete', id };
  const vector = Float32Array.from({ length: DIMENSION }, () => random.next() - 0.5);
  const isLarge = random.next() < 0.1;
  const text = Buffer.alloc(randomInt(random, isLarge ? 12_000 : 200), id + random.next());
  const metadata = Buffer.alloc(randomInt(random, 20), 7);
  return { kind: 'upsert', id, vector: packVector(vector), text, metadata };
}
