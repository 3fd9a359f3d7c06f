import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../../../src/base/system-random.js';
import {
  checkEmbeddedFolder,
  openCoordinatorFolder,
} from '../../../src/coordinator/coordinator-folder.js';

describe("a coordinator's folder beside etcd", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'annulus-coordinator-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('names the same coordinator each time, and no two folders the same', async () => {
    const names: string[] = [];
    for (const path of ['a', 'a', 'b']) {
      const folder = await openCoordinatorFolder(join(directory, path), systemRandom);
      names.push(folder.holder);
      await folder.release();
    }
    expect(names[1]).toBe(names[0]);
    expect(names[2]).not.toBe(names[0]);
  });

  it('is for one process at a time', async () => {
    const folder = await openCoordinatorFolder(directory, systemRandom);
    await expect(openCoordinatorFolder(directory, systemRandom)).rejects.toThrow('is in use by');
    await folder.release();
  });

  it('is not taken for one with an embedded topology, nor the other way', async () => {
    mkdirSync(join(directory, 'topology'));
    await expect(openCoordinatorFolder(directory, systemRandom)).rejects.toThrow(
      'holds the topology of a coordinator without --etcd',
    );
    expect(() => checkEmbeddedFolder(directory)).not.toThrow();
    writeFileSync(join(directory, 'coordinator.json'), '{}');
    expect(() => checkEmbeddedFolder(directory)).toThrow('is of a coordinator with --etcd');
  });

  it.each([
    ['{', 'is damaged'],
    ['{"format":9}', 'has format 9; this version reads 1'],
    ['{"format":1,"holder":"../x"}', 'is damaged: it has no holder'],
  ])('refuses %s', async (text, message) => {
    writeFileSync(join(directory, 'coordinator.json'), text);
    await expect(openCoordinatorFolder(directory, systemRandom)).rejects.toThrow(message);
  });
});
