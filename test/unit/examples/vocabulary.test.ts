import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeVocabulary, readVocabulary } from '../../../examples/quickstart/vocabulary.js';

const directory = mkdtempSync(join(tmpdir(), 'vocabulary-'));
afterAll(() => rmSync(directory, { recursive: true }));

function fileOf(bytes: Uint8Array): string {
  const path = join(directory, 'vocabulary.bin.gz');
  writeFileSync(path, bytes);
  return path;
}

describe('the vocabulary file', () => {
  it('keeps words exactly and components to within half a step of their scale', () => {
    const rowOf = new Map([
      ['naïve', 1],
      ['zero', 0],
    ]);
    const values = Float32Array.of(0, 0, 0, 1.27, -0.5, 0.004);
    const read = readVocabulary(fileOf(encodeVocabulary({ dimension: 3, rowOf, values })));
    expect([...read.rowOf]).toEqual([
      ['naïve', 0],
      ['zero', 1],
    ]);
    [1.27, -0.5, 0.004, 0, 0, 0].forEach((value, i) => {
      expect(Math.abs((read.values[i] as number) - value)).toBeLessThanOrEqual(0.00501);
    });
  });

  it('refuses a file that is too short, or something else', () => {
    const whole = Buffer.from('AQV1\x02\0\0\0\x01\0\0\0\x01\0\0\0a\0\0\0\0\x01', 'latin1');
    expect(() => readVocabulary(fileOf(gzipSync(whole)))).toThrow(/damaged/);
    expect(() => readVocabulary(fileOf(gzipSync('{"words":[]}')))).toThrow(/not a vocabulary/);
  });
});
