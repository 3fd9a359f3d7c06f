/**
 * Decides what one replica takes over from another, entry by entry. Pure.
 *
 * In a recovery (`mirror`) the source is the truth: every acknowledged write is there. So
 *   - what is newer at the source is taken over;
 *   - what only the receiver holds, or holds in a newer version, is a write that was never
 *     acknowledged by all replicas in sync, or a tombstone that the source has forgotten. It is taken
 *     back, to the version of the source, or to nothing and without a tombstone;
 *   - unless a live write of this generation is newer than what the source shows: then the source
 *     will have it too, or the generation ends, and the id is left alone until then.
 * What is taken back is named by its version, so that a write which comes in between prevails.
 *
 * Between two replicas in sync (`merge`) neither is the truth, and both hold every acknowledged
 * write: each takes over what is newer at the other, and nothing is taken back.
 */
import { NO_VERSION, type Version } from '../../src/base/version.js';
import type { EntryVersion } from '../../src/wire/recovery-messages.js';
import type { AbsorbedEntry } from '../store/partition-store.js';

export interface LevelRules {
  mode: 'mirror' | 'merge';
  /** Older tombstones are nobody's business. */
  horizon: Version;
  /** May a live write newer than the source's version be on its way to the source? */
  mayBeLive(id: string, sourceVersion: Version): boolean;
}

/** How to get from what is held here to what the source holds. */
export type LevelStep =
  | { kind: 'nothing' }
  /** Fetch the source's state of the id; `replaces` the version that is held here, if it is newer. */
  | { kind: 'fetch'; id: string; replaces?: Version }
  | { kind: 'absorb'; entry: AbsorbedEntry };

const NOTHING: LevelStep = { kind: 'nothing' };

export function levelStep(
  rules: LevelRules,
  held: EntryVersion | undefined,
  source: EntryVersion | undefined,
): LevelStep {
  if (source === undefined) return held === undefined ? NOTHING : stepToNothing(rules, held);
  if (held === undefined || held.version < source.version) return stepTo(source, undefined);
  if (held.version === source.version) return NOTHING;
  const { id, version } = source;
  return mayTakeBack(rules, id, version) ? stepTo(source, held.version) : NOTHING;
}

/** The entry as it is to be absorbed, once the source's state of it is here. */
export function withReplaced<T extends AbsorbedEntry & { version: Version }>(
  rules: LevelRules,
  entry: T,
  replaces: Version | undefined,
): T {
  // It may have become live while it was fetched.
  if (replaces === undefined || rules.mayBeLive(entry.id, entry.version)) return entry;
  return { ...entry, replaces };
}

function stepToNothing(rules: LevelRules, held: EntryVersion): LevelStep {
  if (held.kind === 'tombstone' && held.version < rules.horizon) return NOTHING;
  if (!mayTakeBack(rules, held.id, NO_VERSION)) return NOTHING;
  return { kind: 'absorb', entry: { kind: 'absence', id: held.id, replaces: held.version } };
}

function stepTo(source: EntryVersion, replaces: Version | undefined): LevelStep {
  const { id, version } = source;
  const replaced = replaces === undefined ? {} : { replaces };
  if (source.kind === 'document') return { kind: 'fetch', id, ...replaced };
  return { kind: 'absorb', entry: { kind: 'delete', id, version, ...replaced } };
}

function mayTakeBack({ mode, mayBeLive }: LevelRules, id: string, source: Version): boolean {
  return mode === 'mirror' && !mayBeLive(id, source);
}
