/** The command line as its users run it: real processes, real signals, real folders. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, cli, isAlive, type Message } from '../support/cli-process.js';
import { until } from '../support/until.js';

const directory = mkdtempSync(join(tmpdir(), 'annulus-cli-test-'));
const started: CliProcess[] = [];

function start(args: string, env: Record<string, string> = {}): CliProcess {
  const child = new CliProcess(args.split(' '), env);
  started.push(child);
  return child;
}

function dev(name: string, shards = 2): CliProcess {
  return start(
    `dev --json --shards ${shards} --listen 127.0.0.1:0 --data ${join(directory, name)}`,
  );
}

function pidsOf(ready: Message): number[] {
  const nodes = ready.nodes as { pid: number }[];
  return [ready.coordinator_pid as number, ...nodes.map(({ pid }) => pid)];
}

afterEach(async () => {
  for (const child of started.splice(0)) {
    child.signal('SIGTERM');
    await child.finished;
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('annulus dev', () => {
  it('serves what client commands ask, and the same folder is the same cluster again', async () => {
    const first = dev('again');
    const ready = await first.ready();
    expect(ready).toMatchObject({
      event: 'ready',
      address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      pid: first.pid,
      nodes: [{ node_id: 'node-1' }, { node_id: 'node-2' }],
    });
    const env = { ANNULUS_ADDRESS: String(ready.address) };
    const created = await cli('collection create docs --dimension 2', env);
    expect(created).toMatchObject({ exitCode: 0, stderr: '' });
    const lines = '{"id":"a","vector":[1,0],"text":"east"}\n{"id":"b","vector":[0,1]}\n';
    const loaded = await cli('upsert - --collection docs', env, lines);
    expect(JSON.parse(loaded.stdout)).toMatchObject({ upserted: 2, failures: [] });
    first.signal('SIGTERM');
    expect(await first.finished).toMatchObject({ exitCode: 0 });
    expect(pidsOf(ready).some(isAlive)).toBe(false);

    const second = dev('again', 1);
    const again = await second.ready();
    expect(again.nodes).toHaveLength(2);
    const search = 'search --collection docs --vector [1,0] --top-k 1 --include-text';
    const found = await cli(search, { ANNULUS_ADDRESS: String(again.address) });
    expect(JSON.parse(found.stdout)).toMatchObject({
      hits: [{ id: 'a', text: 'east', score: 1 }],
      coverage: { ratio: 1 },
    });
  });

  it('starts what dies again, with its name and its data', async () => {
    const cluster = dev('dies');
    const ready = await cluster.ready();
    const env = { ANNULUS_ADDRESS: String(ready.address) };
    await cli('collection create docs --dimension 2', env);
    await cli('upsert - --collection docs', env, '{"id":"a","vector":[1,0]}\n');
    for (const pid of pidsOf(ready)) process.kill(pid, 'SIGKILL');
    await until(() => cluster.messages.filter(({ event }) => event === 'restarted').length === 3);
    const exited = cluster.messages.filter(({ event }) => event === 'exited');
    expect(exited.map(({ name }) => name).sort()).toEqual(['coordinator', 'node-1', 'node-2']);
    expect(exited[0]).toMatchObject({ how: 'SIGKILL' });
    let found = await cli('count --collection docs', env);
    for (let i = 0; i < 20 && found.exitCode !== 0; i += 1) {
      found = await cli('count --collection docs', env);
    }
    expect(found).toMatchObject({ exitCode: 0, stdout: '{"count":1}\n' });
  });

  it('leaves nothing behind: neither processes nor its temporary folder', async () => {
    const cluster = start('dev --json --shards 1 --listen 127.0.0.1:0');
    const ready = await cluster.ready();
    expect(readdirSync(String(ready.data)).sort()).toEqual(['coordinator', 'node-1']);
    cluster.signal('SIGINT');
    expect(await cluster.finished).toMatchObject({ exitCode: 0 });
    expect(cluster.message('stopped')).toBeDefined();
    expect(existsSync(String(ready.data))).toBe(false);
    expect(pidsOf(ready).some(isAlive)).toBe(false);
  });

  it('takes its processes along when it is killed', async () => {
    const cluster = dev('killed', 1);
    const ready = await cluster.ready();
    cluster.signal('SIGKILL');
    await until(() => !pidsOf(ready).some(isAlive), 15_000);
  });

  it('goes on when nobody reads what it prints', async () => {
    const cluster = dev('unread', 1);
    const ready = await cluster.ready();
    cluster.child.stdout?.destroy();
    cluster.child.stderr?.destroy();
    process.kill(pidsOf(ready)[1] as number, 'SIGKILL');
    const env = { ANNULUS_ADDRESS: String(ready.address) };
    await until(() => !isAlive(pidsOf(ready)[1] as number));
    expect(await cli('node list', env)).toMatchObject({ exitCode: 0 });
    expect(isAlive(cluster.pid)).toBe(true);
  });

  it('that cannot start says why in one line, and leaves nothing running', async () => {
    const first = dev('taken', 1);
    const { address } = await first.ready();
    const second = await cli(
      `dev --shards 1 --listen ${address} --data ${join(directory, 'other')}`,
    );
    expect(second.exitCode).toBe(1);
    expect(oneLine(second.stderr)).toMatch(/^annulus: coordinator did not start: cannot listen/);
    const locked = await cli(`dev --listen 127.0.0.1:0 --data ${join(directory, 'taken')}`);
    expect(locked.exitCode).toBe(1);
    expect(oneLine(locked.stderr)).toMatch(/^annulus: coordinator did not start: /);
  });
});

describe('servers by themselves', () => {
  let coordinator: CliProcess;
  let address: string;
  const data = (name: string) => join(directory, name);

  beforeAll(async () => {
    const args = `coordinator --json --listen 127.0.0.1:0 --http 127.0.0.1:0 --data ${data('c')}`;
    coordinator = new CliProcess(args.split(' '));
    address = String((await coordinator.ready()).address);
  });

  afterAll(async () => {
    coordinator.signal('SIGINT');
    expect(await coordinator.finished).toMatchObject({ exitCode: 0 });
  });

  it('a coordinator tells where its metrics are', async () => {
    const ready = await coordinator.ready();
    expect(ready.pid).toBe(coordinator.pid);
    const answer = await fetch(`http://${ready.http_address}/healthz`);
    expect(answer.status).toBe(200);
  });

  it('a shard node keeps its name with its folder', async () => {
    const args = `shard --json --join ${address} --data ${data('s')}`;
    const first = start(args);
    const ready = await first.ready();
    expect(ready).toMatchObject({ node_id: expect.any(String), pid: first.pid });
    first.signal('SIGTERM');
    expect(await first.finished).toMatchObject({ exitCode: 0 });
    const second = start(args, { ANNULUS_ZONE: 'cellar' });
    expect((await second.ready()).node_id).toBe(ready.node_id);
    const nodes = await cli(`node list --address ${address}`);
    expect(JSON.parse(nodes.stdout)).toMatchObject({
      nodes: [{ node_id: ready.node_id, zone: 'cellar' }],
    });
    second.signal('SIGTERM');
    await second.finished;
    const stranger = await cli(`${args} --node-id stranger`);
    expect(stranger.exitCode).toBe(1);
    expect(oneLine(stranger.stderr)).toMatch(/^annulus: /);
  });

  it.each([
    [
      'a port in use',
      () => `coordinator --listen ${address} --http 127.0.0.1:0 --data ${data('x')}`,
    ],
    [
      'a locked folder',
      () => `coordinator --listen 127.0.0.1:0 --http 127.0.0.1:0 --data ${data('c')}`,
    ],
    [
      'a folder that is a file',
      () => `coordinator --listen 127.0.0.1:0 --data ${process.execPath}`,
    ],
    ['no etcd', () => `coordinator --listen 127.0.0.1:0 --data ${data('y')} --etcd 127.0.0.1:1`],
  ])('%s is one clear line and exit code 1', async (_, args) => {
    const { exitCode, stdout, stderr } = await cli(`${args()} --log-level silent`);
    expect(oneLine(stderr)).toMatch(/^annulus: /);
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  it('a watch ends quietly when its reader has seen enough', async () => {
    const watch = new CliProcess(['topology', '--watch', '--address', address]);
    await new Promise<void>((resolve) => watch.child.stdout?.once('data', () => resolve()));
    watch.child.stdout?.destroy();
    await cli(`node add node-9 127.0.0.1:9 --address ${address}`);
    expect(await watch.finished).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

function oneLine(text: string): string {
  const lines = text.trimEnd().split('\n');
  expect(lines, text).toHaveLength(1);
  return lines[0] as string;
}
