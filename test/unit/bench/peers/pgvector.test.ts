import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPgvector } from '../../../../bench/peers/pgvector-install.js';
import { createIndexSql, nearestSql, vectorText } from '../../../../bench/peers/pgvector-sql.js';

describe('findPgvector', () => {
  let directory: string;
  let pgConfig: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'annulus-pg-config-'));
    pgConfig = join(directory, 'pg_config');
    const script = `#!/bin/sh\nif [ "$1" = --bindir ]; then echo ${directory}/bin; fi\n`;
    writeFileSync(pgConfig, `${script}if [ "$1" = --sharedir ]; then echo ${directory}; fi\n`);
    chmodSync(pgConfig, 0o755);
    mkdirSync(join(directory, 'extension'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const extend = (control: string) =>
    writeFileSync(join(directory, 'extension', 'vector.control'), control);

  it('tells where the server is, and the version of the extension', async () => {
    extend("comment = 'vectors'\ndefault_version = '0.8.0'\n");
    const found = await findPgvector(pgConfig);
    expect(found).toEqual({ binaries: `${directory}/bin`, version: '0.8.0' });
  });

  it('says what is missing', async () => {
    await expect(findPgvector(join(directory, 'absent'))).rejects.toThrow('no PostgreSQL here');
    await expect(findPgvector(pgConfig)).rejects.toThrow('without pgvector');
    extend("default_version = '0.4.4'\n");
    await expect(findPgvector(pgConfig)).rejects.toThrow('pgvector is 0.4.4');
    extend('relocatable = true\n');
    await expect(findPgvector(pgConfig)).rejects.toThrow('of no known version');
  });
});

describe('what pgvector is asked', () => {
  it('goes by the metric, in the index as in the query', () => {
    expect(createIndexSql('t', 'l2')).toContain(
      'vector_l2_ops) WITH (m = 16, ef_construction = 128)',
    );
    expect(nearestSql('t', 'cosine', 10)).toBe(
      'SELECT id, embedding <=> $1::vector AS distance FROM t ' +
        'ORDER BY embedding <=> $1::vector LIMIT 10',
    );
  });

  it('has vectors as text', () => {
    expect(vectorText(new Float32Array([1, -0.5, 2 ** -40]))).toBe(
      '[1,-0.5,9.094947017729282e-13]',
    );
  });
});
