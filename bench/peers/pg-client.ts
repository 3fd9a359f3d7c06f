/** The PostgreSQL client of npm, `pg`, as little of it as benchmarks use. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cachedPackages } from './npm-cache.js';

const PACKAGE = 'pg@8.23.1';

export interface PgQuery {
  text: string;
  values?: unknown[];
  /** Prepared once per connection under this name. */
  name?: string;
}

export interface PgPool {
  query(query: PgQuery): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): void;
}

export interface PgPoolOptions {
  /** HOST:PORT. */
  address: string;
  connectionsMax: number;
  /** Settings of every connection, as on the server's command line. */
  settings?: Record<string, string | number>;
}

/** The role and the database of the benchmark's own server. */
export const PG_NAME = 'bench';

/** Installs the client when need be; connects when it is first asked something. */
export async function openPgPool(options: PgPoolOptions): Promise<PgPool> {
  const { address, connectionsMax, settings = {} } = options;
  const folder = await cachedPackages([PACKAGE]);
  const { Pool } = createRequire(join(folder, 'x.js'))('pg') as {
    Pool: new (options: object) => PgPool;
  };
  const colonAt = address.lastIndexOf(':');
  const pool = new Pool({
    host: address.slice(0, colonAt),
    port: Number(address.slice(colonAt + 1)),
    ...{ user: PG_NAME, database: 'postgres', max: connectionsMax },
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  // Of a connection that nobody uses: the next query says what is wrong.
  pool.on('error', () => {});
  return pool;
}
