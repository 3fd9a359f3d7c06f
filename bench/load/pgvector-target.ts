/** pgvector over PostgreSQL's own protocol: a prepared statement on each of a pool's connections. */
import { openPgPool, type PgPool } from '../peers/pg-client.js';
import { nearestSql, vectorText } from '../peers/pgvector-sql.js';
import type { SearchTargetSpec } from './messages.js';
import type { SearchTarget, TargetAnswer } from './search-target.js';

const TOP_K = 10;
/** Each is a process of the server; searches beyond it wait for one. */
const CONNECTIONS_MAX = 256;

export class PgvectorTarget implements SearchTarget {
  readonly #pool: PgPool;
  readonly #text: string;

  private constructor(pool: PgPool, text: string) {
    this.#pool = pool;
    this.#text = text;
  }

  static async open(spec: SearchTargetSpec): Promise<PgvectorTarget> {
    const { address, collection, metric = 'cosine', topK = TOP_K, efSearch } = spec;
    const settings = efSearch === undefined ? {} : { 'hnsw.ef_search': efSearch };
    const pool = await openPgPool({ address, connectionsMax: CONNECTIONS_MAX, settings });
    return new PgvectorTarget(pool, nearestSql(collection, metric, topK));
  }

  async search(vector: Float32Array): Promise<TargetAnswer> {
    const query = { name: 'nearest', text: this.#text, values: [vectorText(vector)] };
    const { rows } = await this.#pool.query(query);
    return { ids: rows.map(({ id }) => String(id)), coverageRatio: 1 };
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
