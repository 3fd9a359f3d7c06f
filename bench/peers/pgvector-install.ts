/** PostgreSQL with the extension pgvector, if this machine has it: nothing is installed. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first version with HNSW indexes. */
const VERSION_MIN = [0, 5] as const;

export interface PgvectorInstallation {
  /** Where `initdb` and `postgres` are. */
  binaries: string;
  /** Of the extension. */
  version: string;
}

/** `pgConfig`: PostgreSQL's own account of where it is. Rejects, saying what is missing. */
export async function findPgvector(pgConfig = 'pg_config'): Promise<PgvectorInstallation> {
  const ask = async (option: string) => (await run(pgConfig, [option])).stdout.trim();
  const [binaries, share] = await Promise.all([ask('--bindir'), ask('--sharedir')]).catch(() => {
    throw new Error(`no PostgreSQL here: ${pgConfig} does not run`);
  });
  const control = join(share, 'extension', 'vector.control');
  const text = await readFile(control, 'utf8').catch(() => {
    throw new Error(`PostgreSQL is here without pgvector: no ${control}`);
  });
  const version = /^default_version\s*=\s*'([^']*)'/m.exec(text)?.[1] ?? '';
  const [major = Number.NaN, minor = Number.NaN] = version.split('.').map(Number);
  if (!(major > VERSION_MIN[0] || (major === VERSION_MIN[0] && minor >= VERSION_MIN[1]))) {
    const wanted = VERSION_MIN.join('.');
    throw new Error(`pgvector is ${version || 'of no known version'}; HNSW came with ${wanted}`);
  }
  return { binaries, version };
}
