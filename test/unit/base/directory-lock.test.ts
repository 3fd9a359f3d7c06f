import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryLockedError, lockDirectory } from '../../../src/base/directory-lock.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'annulus-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Another process that listens on a lock's socket, as its holder does. */
async function otherHolder(): Promise<{ pid: number; kill(): Promise<void> }> {
  const script = `
    const path = process.argv[1] + '/lock-' + process.pid + '-other';
    require('node:net').createServer().listen(path, () => console.log('listening'));`;
  const child = spawn(process.execPath, ['-e', script, directory], { stdio: 'pipe' });
  await once(child.stdout, 'data');
  return {
    pid: child.pid as number,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('lockDirectory', () => {
  it('refuses a directory that a live process has, and names the process', async () => {
    const other = await otherHolder();
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      name: 'DirectoryLockedError',
      message: `directory ${directory} is in use by process ${other.pid}`,
      holderPid: other.pid,
    });
    await other.kill();
  });

  it('takes over from a process that was killed, and clears its socket away', async () => {
    const other = await otherHolder();
    await other.kill();
    expect(readdirSync(directory)).toEqual([`lock-${other.pid}-other`]);
    const lock = await lockDirectory(directory);
    expect(readdirSync(directory)).toHaveLength(1);
    await lock.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is refused to the process that has it, until it is released', async () => {
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toBeInstanceOf(DirectoryLockedError);
    await lock.release();
    await lock.release();
    const again = await lockDirectory(directory);
    await again.release();
  });

  it('is never held by two of many that start at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const claims = await Promise.allSettled(
        Array.from({ length: 6 }, () => lockDirectory(directory)),
      );
      const won = claims.filter((claim) => claim.status === 'fulfilled');
      expect(won.length).toBeLessThanOrEqual(1);
      for (const claim of won) await claim.value.release();
      const lock = await lockDirectory(directory);
      await lock.release();
    }
  });

  it('makes the directory, also one whose path is too long for a socket', async () => {
    const deep = join(directory, 'd'.repeat(120), 'e'.repeat(120));
    const lock = await lockDirectory(deep);
    await expect(lockDirectory(deep)).rejects.toBeInstanceOf(DirectoryLockedError);
    await lock.release();
    expect(readdirSync(deep)).toEqual([]);
  });
});
