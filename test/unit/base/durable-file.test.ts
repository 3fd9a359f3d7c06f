import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeDurably } from '../../../src/base/durable-file.js';

describe('a file that is written durably', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'annulus-durable-'));
    path = join(folder, 'file.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const found = () => readFileSync(path, 'utf8');

  it('is made, and replaced as a whole, and is for its owner alone', () => {
    writeDurably(path, 'a longer text at first\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const large = 'ü'.repeat(1_000_000);
    writeDurably(path, large);
    expect(found()).toBe(large);
    writeDurably(path, 'short\n');
    expect(found()).toBe('short\n');
    expect(readdirSync(folder)).toEqual(['file.json']);
  });

  it('does not mind what an attempt left behind that came to nothing', () => {
    writeFileSync(`${path}.tmp`, 'half of something that was much longer than what comes now');
    writeDurably(path, 'whole\n');
    expect(found()).toBe('whole\n');
    expect(readdirSync(folder)).toEqual(['file.json']);
  });

  it('stays as it was when nothing can be written aside', () => {
    writeDurably(path, 'before\n');
    mkdirSync(`${path}.tmp`);
    expect(() => writeDurably(path, 'after\n')).toThrow('EISDIR');
    expect(found()).toBe('before\n');
  });

  it('leaves nothing behind when it cannot take its place', () => {
    mkdirSync(path);
    writeFileSync(join(path, 'in it'), '');
    expect(() => writeDurably(path, 'after\n')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(folder)).toEqual(['file.json']);
  });

  it('fails where there is no folder', () => {
    const nowhere = join(folder, 'none', 'file.json');
    expect(() => writeDurably(nowhere, 'text')).toThrow('ENOENT');
    expect(readdirSync(folder)).toEqual([]);
  });
});
