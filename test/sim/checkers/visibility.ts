/**
 * What is read is what was written: an acknowledged write is found by every later read, a deleted
 * document does not come back, and nothing is found that nobody wrote. Writes that were not
 * acknowledged may or may not show, until a newer one is acknowledged.
 */
import type { Version } from '../../../src/base/version.js';
import { packVector } from '../../../src/wire/vector-codec.js';
import type { History, WriteRecord } from '../history.js';
import type { Violations } from '../violations.js';

/** When a read began and ended, in ticks. */
export interface ReadInterval {
  beganTick: number;
  endedTick: number;
}

export interface FoundDocument {
  id: string;
  version: Version;
  /** Compared when they were asked for. */
  text?: Uint8Array | undefined;
  vector?: Uint8Array | undefined;
}

/** The write that the document comes from; undefined when nobody wrote it. */
export function checkFound(
  history: History,
  violations: Violations,
  where: string,
  found: FoundDocument,
  interval: ReadInterval,
): WriteRecord | undefined {
  const { id, version } = found;
  const write = history.upsertOf(id, version);
  if (write === undefined) {
    violations.add('nothing is made up', `${where} found ${id}@${version}, which nobody wrote`);
    return undefined;
  }
  const isTextRight =
    found.text === undefined || Buffer.from(found.text).toString() === write.token;
  const isVectorRight =
    found.vector === undefined || Buffer.compare(found.vector, packVector(write.vector)) === 0;
  if (!isTextRight || !isVectorRight) {
    violations.add('documents are whole', `${where} found ${id}@${version} with other contents`);
  }
  const { floor } = history.possible(id, interval.beganTick, interval.endedTick);
  if (version >= floor) return write;
  const newest = newestAcknowledged(history, id, floor);
  const claim =
    newest?.kind === 'delete'
      ? 'a deleted document does not come back'
      : 'an acknowledged write is found by every later read';
  violations.add(claim, `${where} found ${id}@${version}, acknowledged before: ${floor}`);
  return write;
}

/** The read looked for the document and says that it is not there. */
export function checkAbsent(
  history: History,
  violations: Violations,
  where: string,
  id: string,
  interval: ReadInterval,
): void {
  const { floor, mayBeAbsent } = history.possible(id, interval.beganTick, interval.endedTick);
  if (mayBeAbsent) return;
  violations.add(
    'an acknowledged write is found by every later read',
    `${where} did not find ${id}, acknowledged before with version ${floor}`,
  );
}

function newestAcknowledged(history: History, id: string, floor: Version): WriteRecord | undefined {
  return history
    .writesOf(id)
    .find((write) => write.state === 'acknowledged' && write.versions.includes(floor));
}
