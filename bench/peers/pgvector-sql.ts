/** What is asked of pgvector: one table, one HNSW index, one query. */
import type { Metric } from '../../src/base/metric.js';
import { PEER_GRAPH } from './peer-server.js';

export const PGVECTOR_TABLE = 'documents';

const OPERATORS: Record<Metric, string> = { cosine: '<=>', dot: '<#>', l2: '<->' };
const OPERATOR_CLASSES: Record<Metric, string> = {
  cosine: 'vector_cosine_ops',
  dot: 'vector_ip_ops',
  l2: 'vector_l2_ops',
};

export function createTableSql(table: string, dimension: number): string {
  return `CREATE TABLE ${table} (id text PRIMARY KEY, embedding vector(${dimension}))`;
}

/** $1: ids. $2: vectors, as {@link vectorText} writes them. */
export function insertSql(table: string): string {
  return `INSERT INTO ${table} SELECT * FROM unnest($1::text[], $2::vector[])`;
}

export function createIndexSql(table: string, metric: Metric): string {
  const { m, efConstruction } = PEER_GRAPH;
  const graph = `m = ${m}, ef_construction = ${efConstruction}`;
  return `CREATE INDEX ON ${table} USING hnsw (embedding ${OPERATOR_CLASSES[metric]}) WITH (${graph})`;
}

/** $1: the vector. Ids and distances, nearest first. */
export function nearestSql(table: string, metric: Metric, topK: number): string {
  const distance = `embedding ${OPERATORS[metric]} $1::vector`;
  return `SELECT id, ${distance} AS distance FROM ${table} ORDER BY ${distance} LIMIT ${topK}`;
}

export function vectorText(vector: Float32Array): string {
  return `[${vector.join(',')}]`;
}
