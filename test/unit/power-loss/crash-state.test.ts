import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/random.js';
import { crashState, drawStyle } from '../../power-loss/crash-state.js';
import { contentsOf, DiskHistory, type FileChange } from '../../power-loss/disk-history.js';

const at = (moment: number) => ({ beganAt: moment, endedAt: moment });

function write(offset: number, text: string, moment: number, isSynced = false): FileChange {
  return { kind: 'write', offset, bytes: Buffer.from(text), isSynced, ...at(moment) };
}

/** What every style and seed can leave of a history. */
function states(history: DiskHistory, cut: number, count = 200) {
  return Array.from({ length: count }, (_, seed) => {
    const random = seededRandom(seed);
    return crashState(history, cut, drawStyle(random), random);
  });
}

function texts(history: DiskHistory, path: string, cut: number): Set<string | undefined> {
  return new Set(states(history, cut).map(({ files }) => files.get(path)?.toString('latin1')));
}

describe('a power loss', () => {
  it('keeps what was synced, file and name', () => {
    const history = new DiskHistory();
    const file = history.make('f', 'file', at(1));
    history.change(file, write(0, 'old', 2));
    history.sync(file, { call: 'fsync', beganAt: 3, endedAt: 4 });
    history.sync(0, { call: 'fsync', beganAt: 5, endedAt: 6 });
    expect(texts(history, 'f', 6)).toEqual(new Set(['old']));
  });

  it('may lose a name that was not synced, though the file was', () => {
    const history = new DiskHistory();
    const file = history.make('f', 'file', at(1));
    history.change(file, write(0, 'new', 2));
    history.sync(file, { call: 'fsync', beganAt: 3, endedAt: 4 });
    expect(texts(history, 'f', 5)).toEqual(new Set(['new', undefined]));
  });

  it('takes no sync for granted that had not ended, nor what was written after it began', () => {
    const history = new DiskHistory();
    const file = history.make('f', 'file', at(1));
    history.sync(0, { call: 'fsync', beganAt: 2, endedAt: 3 });
    history.change(file, write(0, 'a', 4));
    history.sync(file, { call: 'fdatasync', beganAt: 5, endedAt: 9 });
    history.change(file, write(1, 'b', 6));
    expect(texts(history, 'f', 8)).toEqual(new Set(['', 'a', 'ab', '\0', '\0\0', 'a\0']));
    expect(texts(history, 'f', 9)).toEqual(new Set(['a', 'ab', 'a\0']));
  });

  it('keeps a write that was synced by itself, and what its page had before', () => {
    const history = new DiskHistory();
    const file = history.make('f', 'file', at(1));
    history.sync(0, { call: 'fsync', beganAt: 2, endedAt: 3 });
    history.change(file, write(0, 'ab', 4));
    history.change(file, write(1, 'c', 5, true));
    expect(texts(history, 'f', 6)).toEqual(new Set(['ac']));
  });

  it('never shows a later change of a sector without the earlier ones', () => {
    const history = new DiskHistory();
    const file = history.make('f', 'file', at(1));
    history.sync(0, { call: 'fsync', beganAt: 2, endedAt: 3 });
    history.change(file, write(0, '11', 4));
    history.change(file, write(0, '2', 5));
    expect(texts(history, 'f', 6)).not.toContain('2\0');
    expect(texts(history, 'f', 6)).toContain('21');
  });

  it('tears a write at sectors', () => {
    const history = new DiskHistory();
    const file = history.make('f', 'file', at(1));
    history.sync(0, { call: 'fsync', beganAt: 2, endedAt: 3 });
    history.change(file, write(0, 'x'.repeat(1024), 4));
    const found = texts(history, 'f', 5);
    expect(found).toContain('\0'.repeat(512) + 'x'.repeat(512));
    expect(found).toContain('x'.repeat(512) + '\0'.repeat(512));
  });

  it('leaves a renamed file under one of its names, never both, never neither', () => {
    const history = new DiskHistory();
    const file = history.make('a', 'file', at(1));
    history.change(file, write(0, 'x', 2));
    history.sync(file, { call: 'fsync', beganAt: 3, endedAt: 4 });
    history.sync(0, { call: 'fsync', beganAt: 5, endedAt: 6 });
    history.rename('a', 'b', at(7));
    const found = states(history, 8).map(({ files }) => [...files.keys()].join());
    expect(new Set(found)).toEqual(new Set(['a', 'b']));
  });

  it('loses with a folder all that is in it', () => {
    const history = new DiskHistory();
    const folder = history.make('d', 'folder', at(1));
    const file = history.make('d/f', 'file', at(2));
    history.change(file, write(0, 'x', 3));
    for (const node of [file, folder])
      history.sync(node, { call: 'fsync', beganAt: 4, endedAt: 5 });
    const found = states(history, 6).map(({ folders, files }) => [...folders, ...files.keys()]);
    expect(new Set(found.map(String))).toEqual(new Set(['', 'd,d/f']));
  });

  it('that comes after everything was synced leaves everything', () => {
    const change = fc.record({
      offset: fc.nat(3_000),
      text: fc.string({ minLength: 1, maxLength: 2_000 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.nat(), (changes, seed) => {
        const history = new DiskHistory();
        const file = history.make('f', 'file', at(1));
        const written = changes.map(({ offset, text }, i) => write(offset, text, 2 + i));
        for (const each of written) history.change(file, each);
        history.sync(file, { call: 'fsync', beganAt: 100, endedAt: 101 });
        history.sync(0, { call: 'fsync', beganAt: 102, endedAt: 103 });
        const random = seededRandom(seed);
        const { files } = crashState(history, 103, drawStyle(random), random);
        expect(files.get('f')).toEqual(contentsOf(written));
      }),
      { numRuns: 30 },
    );
  });
});
