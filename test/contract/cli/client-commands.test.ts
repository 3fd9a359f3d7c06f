import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/program.js';
import { useFakeServer } from '../../support/client-fixture.js';
import { fakeTerminal } from '../../support/fake-terminal.js';

const fixture = useFakeServer();
const directory = mkdtempSync(join(tmpdir(), 'annulus-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function annulus(line: string, given: { stdin?: string; isTTY?: boolean } = {}) {
  const terminal = fakeTerminal({ ...given, env: { ANNULUS_ADDRESS: fixture.server.address } });
  const args = line.match(/'[^']*'|\S+/g)?.map((arg) => arg.replaceAll("'", '')) ?? [];
  const exitCode = await run(args, terminal);
  return { exitCode, out: terminal.out(), err: terminal.err() };
}

async function json(line: string, stdin?: string): Promise<Record<string, unknown>> {
  const { out, err, exitCode } = await annulus(line, stdin === undefined ? {} : { stdin });
  expect(err).toBe('');
  expect(exitCode).toBe(0);
  return JSON.parse(out) as Record<string, unknown>;
}

const LINES = [
  '{"id":"east","vector":[1,0],"text":"sun","metadata":{"someKey":[]}}',
  '',
  '{"id":"north","vector":[0,1]}',
].join('\n');

describe('collection commands', () => {
  it('create, describe, list and drop', async () => {
    const made = await json('collection create more --dimension 3 --metric dot --m 8');
    expect(made).toMatchObject({ name: 'more', dimension: 3, metric: 'dot' });
    expect(fixture.server.received.get('CreateCollection')).toMatchObject([{ hnsw: { m: 8 } }]);
    expect(await json('collection describe more')).toMatchObject({ document_count: 0 });
    const { collections } = await json('collection list');
    expect(collections).toMatchObject([{ name: 'docs' }, { name: 'more' }]);
    expect(await json('collection drop more')).toEqual({ dropped: 'more' });
  });
});

describe('document commands', () => {
  it('load from stdin, then search, get, count and delete', async () => {
    const loaded = await json('upsert - --collection docs', LINES);
    expect(loaded).toEqual({ upserted: 2, version: '1', failures: [] });
    expect(await json('count --collection docs')).toEqual({ count: 2 });
    const found = await json(
      "search --collection docs --vector '[1,0]' --top-k 1 --include-text --include-metadata --explain",
    );
    expect(found).toMatchObject({
      hits: [{ id: 'east', score: 1, text: 'sun', metadata: { someKey: [] } }],
      coverage: { ratio: 0.75, partitions_total: 4, missing: [{ partition: 2 }] },
      explain: { total_ms: 1.5, attempts: [{ node_id: 'node-1' }] },
    });
    const got = await json('get north --collection docs --include-vector');
    expect(got).toMatchObject({ documents: [{ id: 'north', vector: [0, 1], version: '1' }] });
    expect(await json('delete north --collection docs')).toMatchObject({ deleted: 1 });
  });

  it('load from a file, and read the vector from a file or stdin', async () => {
    const path = join(directory, 'docs.jsonl');
    writeFileSync(path, LINES);
    expect(await json(`upsert ${path} --collection docs`)).toMatchObject({ upserted: 2 });
    const vectorPath = join(directory, 'vector.json');
    writeFileSync(vectorPath, '[0, 1]');
    const fromFile = await json(`search --collection docs --vector-file ${vectorPath} --top-k 1`);
    expect(fromFile).toMatchObject({ hits: [{ id: 'north' }] });
    const fromStdin = await json('search --collection docs --vector - --top-k 1', '[0, 1]');
    expect(fromStdin).toMatchObject({ hits: [{ id: 'north' }] });
  });

  it('report bad lines and refused documents by line, write the rest, and exit with 1', async () => {
    const lines = ['{"id":"a","vector":[1,1]}', 'nonsense', '', '{"id":"b","vector":["1"]}'];
    lines.push('{"id":"c","vector":[1,1],"extra":1}', '{"id":"d","vector":[1,1]}');
    const { exitCode, out, err } = await annulus('upsert - --collection docs', {
      stdin: lines.join('\n'),
    });
    expect(exitCode).toBe(1);
    expect(err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^line 2: not JSON: /),
      'line 4: documents[1].vector[0] is "1"; it must be a number',
      'line 5: unknown key "extra"',
    ]);
    const result = JSON.parse(out) as { upserted: number; failures: { line: number }[] };
    expect(result.upserted).toBe(2);
    expect(result.failures.map(({ line }) => line)).toEqual([2, 4, 5]);
  });

  it('give a load up past the failures allowed', async () => {
    const stdin = 'x\n'.repeat(5);
    const { exitCode, err } = await annulus('upsert - --collection docs --failures 3', { stdin });
    expect(exitCode).toBe(1);
    expect(err).toContain('annulus: given up: 4 lines are not documents');
  });

  it('get exits with 1 when a document is missing', async () => {
    const { exitCode, out } = await annulus('get nobody --collection docs');
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toEqual({ documents: [], missing_ids: ['nobody'] });
  });
});

describe('cluster commands', () => {
  it('show status as JSON in a pipe and as tables on a terminal', async () => {
    fixture.server.topology = {
      epoch: '7',
      nodes: [
        { nodeId: 'node-1', address: 'h:1', zone: 'z', weight: 1, state: 'NODE_STATE_UP' },
        { nodeId: 'node-2', address: 'h:2', zone: 'z', weight: 1, state: 'NODE_STATE_DOWN' },
      ],
      collections: [
        {
          name: 'docs',
          partitions: ['node-1', 'node-2'].map((nodeId, partition) => ({
            partition,
            generation: 1,
            replicas: [{ nodeId, state: 'REPLICA_STATE_IN_SYNC' as const }],
          })),
        },
      ],
    };
    const status = await json('status');
    expect(status).toMatchObject({
      epoch: 7,
      nodes: [{ node_id: 'node-1', state: 'up' }, { state: 'down' }],
      collections: [{ name: 'docs', partitions_available: 1 }],
    });
    const { out } = await annulus('status', { isTTY: true });
    expect(out).toContain('topology epoch 7');
    expect(out).toMatch(/^node-1 +up +░+ 0\.00 +0 +0 +0 +0 +no +1 +z +h:1$/m);
    expect(out).toMatch(/^docs +0 +2 +cosine +1\/0 /m);
    const forced = await annulus('status --json', { isTTY: true });
    expect(JSON.parse(forced.out)).toMatchObject({ epoch: 7 });
    expect(await json('topology')).toMatchObject({ epoch: 7, collections: [{ name: 'docs' }] });
    expect(await json('node list')).toMatchObject({ nodes: [{}, { state: 'down' }] });
  });

  it('add nodes, and say plainly what is not served', async () => {
    expect(await json('node add node-3 h:3 --weight 2')).toMatchObject({ weight: 2 });
    const { exitCode, err } = await annulus('node drain node-3');
    expect(exitCode).toBe(1);
    expect(err).toBe('annulus: not served [UNIMPLEMENTED NOT_IMPLEMENTED]\n');
  });
});

describe('mistakes', () => {
  it.each([
    ['nonsense', "unknown command 'nonsense'"],
    ['count', '--collection is required'],
    ['count --collection docs --nope', "unknown option '--nope'"],
    ['get --collection docs', "missing required argument 'id'"],
    ['search --collection docs', 'give the vector by --vector or by --vector-file'],
    ["search --collection docs --vector '{}'", 'must be a JSON array of numbers'],
    ["search --collection docs --vector '[1'", 'the vector from --vector is not JSON'],
    ["search --collection docs --vector '[1]' --top-k 0", '--top-k is "0" (from --top-k)'],
    ['search --collection docs --vector-file /nowhere', 'cannot read the vector'],
    ['upsert /nowhere --collection docs', 'cannot read the documents'],
    ['collection create x --dimension many', '--dimension is "many"'],
    ['coordinator', '--data is required'],
    ['shard --data /tmp/x', '--join is required'],
    ['shard --data /tmp/x --join here', '--join is "here" (from --join)'],
    ['dev --shards 0', '--shards is "0" (from --shards); it must be a whole number from 1 to 64'],
  ])('%s exits with 2 and one line', async (line, message) => {
    const { exitCode, out, err } = await annulus(line);
    expect(err).toContain(message);
    expect(err).toMatch(/^annulus: /);
    expect(err.trimEnd()).not.toContain('\n');
    expect(out).toBe('');
    expect(exitCode).toBe(2);
  });

  it('of the server exit with 1 and one line', async () => {
    const { exitCode, err } = await annulus('count --collection nowhere');
    expect(err).toBe('annulus: no collection nowhere [NOT_FOUND COLLECTION_NOT_FOUND]\n');
    expect(exitCode).toBe(1);
  });

  it('name the address when nobody is there', async () => {
    fixture.server.crash();
    const { exitCode, err } = await annulus('count --collection docs --timeout-ms 5000');
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^annulus: cannot reach a coordinator at 127\.0\.0\.1:\d+: .*\n$/);
  });
});

describe('help and config', () => {
  it('help exits with 0 and lists every command', async () => {
    const { exitCode, out } = await annulus('--help');
    expect(exitCode).toBe(0);
    const names = 'dev coordinator shard node collection upsert search get delete count status';
    for (const name of `${names} topology bench config`.split(' ')) expect(out).toContain(name);
  });

  it('config shows what is in force and where it is from', async () => {
    const shown = await json('config shard --weight 2');
    expect(shown.options).toContainEqual(
      expect.objectContaining({ name: 'weight', value: 2, source: 'flag', origin: '--weight' }),
    );
    expect(shown.options).toContainEqual(
      expect.objectContaining({ name: 'data', value: null, source: 'unset', required: true }),
    );
    const client = await json('config client');
    expect(client.options).toContainEqual(
      expect.objectContaining({ value: fixture.server.address, source: 'environment' }),
    );
    const everything = (await json('config')) as unknown as { command: string }[];
    const names = everything.map(({ command }) => command);
    expect(names).toEqual(['coordinator', 'shard', 'dev', 'client']);
    expect((await annulus('config', { isTTY: true })).out).toMatch(/^shard\nOPTION/m);
    const { out } = await annulus('config dev', { isTTY: true });
    expect(out).toMatch(/^listen +127\.0\.0\.1:7700 +the default +HOST:PORT/m);
  });
});
