/**
 * Chroma's npm package in the cache directory. Its newest servers are built against a C library that
 * not every system has, so an older one is taken where the newest does not start.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cachedPackages } from './npm-cache.js';

const run = promisify(execFile);

export interface ChromaInstallation {
  /** Its command, a file for Node. */
  entry: string;
  /** Of the npm package. */
  version: string;
}

interface Candidate {
  version: string;
  /** Of the native server; undefined takes what the package asks for. */
  server?: string;
}

const candidates: readonly Candidate[] = [
  { version: '3.5.0' },
  // Wants glibc 2.34; every later server wants 2.38 or more.
  { version: '3.0.6', server: '1.0.1' },
];

/** Installs what is not there; rejects when none of the versions starts on this machine. */
export async function installChroma(): Promise<ChromaInstallation> {
  const failures: string[] = [];
  for (const candidate of candidates) {
    try {
      return { entry: await installed(candidate), version: candidate.version };
    } catch (error) {
      failures.push(`${candidate.version}: ${lastLine(error)}`);
    }
  }
  throw new Error(`no version of Chroma's server starts here: ${failures.join('; ')}`);
}

async function installed({ version, server }: Candidate): Promise<string> {
  const natives = server === undefined ? [] : [`${nativePackage()}@${server}`];
  const folder = await cachedPackages([`chromadb@${version}`, ...natives]);
  const entry = join(folder, 'chromadb', 'dist', 'cli.mjs');
  // Loads the native server, and with it every library that it needs.
  await run(process.execPath, [entry, '--help']);
  return entry;
}

function nativePackage(): string {
  const libc = process.platform === 'linux' ? '-gnu' : '';
  return `chromadb-js-bindings-${process.platform}-${process.arch}${libc}`;
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const lines = (stderr ?? message).split('\n').filter((line) => /Error|error/.test(line));
  return lines[0] ?? message;
}
