import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readResult, writeResult } from '../../../../bench/report/result-file.js';
import { sampleResult } from './sample-result.js';

const directory = mkdtempSync(join(tmpdir(), 'annulus-results-'));
afterAll(() => rmSync(directory, { recursive: true }));

function fileOf(content: unknown): string {
  const path = join(directory, 'file.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('a result file', () => {
  it('is read as it was written', () => {
    const path = join(directory, 'deep', 'down', 'result.json');
    writeResult(path, sampleResult);
    expect(readResult(path)).toEqual(sampleResult);
  });

  it('is refused by name, with what is wrong, when it is something else', () => {
    const wrong: [unknown, string][] = [
      ['{"format": 1', 'JSON'],
      ['null', 'not an object'],
      [{ ...sampleResult, format: 99 }, 'its format is 99, not 1'],
      [{ ...sampleResult, suite: 7 }, 'it names no suite'],
      [{ ...sampleResult, machine: null }, 'it names no machine'],
      [{ ...sampleResult, measurements: [{ name: 'x' }] }, 'measurements'],
      [{ ...sampleResult, charts: undefined }, 'no tables or charts'],
    ];
    for (const [content, reason] of wrong) {
      const path = fileOf(content);
      expect(() => readResult(path)).toThrow(reason);
      expect(() => readResult(path)).toThrow(`${path} is no result`);
    }
    expect(() => readResult(join(directory, 'nowhere.json'))).toThrow('ENOENT');
  });
});
