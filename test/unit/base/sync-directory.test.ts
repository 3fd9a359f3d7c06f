import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDirectory, syncDirectory, syncFile } from '../../../src/base/sync-directory.js';

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'annulus-sync-'));
});

afterEach(() => rmSync(parent, { recursive: true }));

describe('makeDirectory', () => {
  it('makes all that is not there, with the mode that is asked for', () => {
    const directory = join(parent, 'a', 'b', 'c');
    makeDirectory(directory, 0o700);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('leaves alone what is there', () => {
    makeDirectory(parent);
    writeFileSync(join(parent, 'f'), '');
    makeDirectory(parent);
    expect(existsSync(join(parent, 'f'))).toBe(true);
  });

  it('throws where a file is in the way', () => {
    writeFileSync(join(parent, 'f'), '');
    expect(() => makeDirectory(join(parent, 'f', 'g'))).toThrow(/ENOTDIR/);
  });
});

describe('syncing', () => {
  it('throws for what is not there', () => {
    expect(() => syncFile(join(parent, 'f'))).toThrow(/ENOENT/);
    expect(() => syncDirectory(join(parent, 'd'))).toThrow(/ENOENT/);
  });
});
