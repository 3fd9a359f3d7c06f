/** Starts `annulus dev` the way a user would, and waits for its ready line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface DevCluster {
  /** HOST:PORT of the coordinator. */
  address: string;
  /** Process to stop, and with it the whole cluster. */
  pid: number;
  dataDirectory: string;
  nodes: { node_id: string; address: string; pid: number }[];
  /** Stops every process and removes the data. */
  stop(): Promise<void>;
  /** Leaves it running when this process ends. */
  release(): void;
}

interface ReadyLine {
  event: 'ready';
  address: string;
  pid: number;
  nodes: DevCluster['nodes'];
}

const PORT = 7700;
const cliPath = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** On port 7700 when it is free, otherwise on any. Rejects with what the cluster logged. */
export async function startDevCluster(shards: number, keep: boolean): Promise<DevCluster> {
  const port = (await isFree(PORT)) ? PORT : 0;
  const dataDirectory = mkdtempSync(join(tmpdir(), 'annulus-quickstart-'));
  const logFile = join(dataDirectory, 'cluster.log');
  const log = openSync(logFile, 'a');
  const child = spawn(
    process.execPath,
    [
      cliPath,
      'dev',
      '--json',
      ...['--shards', String(shards)],
      ...['--listen', `127.0.0.1:${port}`],
      ...['--data', dataDirectory],
    ],
    {
      stdio: ['ignore', 'pipe', log],
      detached: keep,
      env: { ANNULUS_LOG_LEVEL: 'warn', ...process.env },
    },
  );
  closeSync(log);
  const ready = await readyLine(child, logFile);
  return {
    address: ready.address,
    pid: ready.pid,
    dataDirectory,
    nodes: ready.nodes,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(dataDirectory, { recursive: true, force: true });
    },
    release() {
      child.unref();
      child.stdout?.destroy();
    },
  };
}

function readyLine(child: ChildProcess, logFile: string): Promise<ReadyLine> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      const said = readFileSync(logFile, 'utf8').slice(-2_000);
      reject(new Error(`the cluster ended with code ${code}\n${said}`));
    });
    if (child.stdout === null) throw new Error('the cluster has no standard output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed = JSON.parse(line) as { event?: string };
      if (parsed.event === 'ready') resolve(parsed as ReadyLine);
    });
  });
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (free) await new Promise<void>((resolve) => server.close(() => resolve()));
  return free;
}
