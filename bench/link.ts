/**
 * `npm run bench -- link [seconds]`: what one item costs on the link, against a unary call with the
 * same bytes: CPU time on both sides and items a second, at several numbers of calls at once. The
 * serving side is a process of its own. Prints a table, and the same as one line of JSON.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client, credentials } from '@grpc/grpc-js';
import { nodeId } from '../src/base/ids.js';
import { silentLogger } from '../src/base/logger.js';
import { systemClock } from '../src/base/system-clock.js';
import { systemRandom } from '../src/base/system-random.js';
import { GrpcShardLink } from '../src/coordinator/transport/grpc-shard-link.js';
import { linkChannelOptions } from '../src/coordinator/transport/link-channel-options.js';
import { ByteWriter } from '../src/wire/bytes.js';
import { readReplyBatch, writeRequestItem } from '../src/wire/link-codec.js';
import type { LinkRequest } from '../src/wire/link-messages.js';
import { searchCall, unaryMethod } from './link-cost/exchange.js';

interface Measured {
  way: string;
  concurrency: number;
  itemsPerSecond: number;
  callerCpuUs: number;
  serverCpuUs: number;
  meanLatencyMs: number;
}

/** Begins one item, and calls back when its reply is there. */
type Exchange = (done: () => void) => void;

const measureMs = Number(process.argv[2] ?? 2) * 1000;
const WARM_UP_MS = 700;
const TIMEOUT_MS = 10_000;
const CONCURRENCIES = [1, 16, 64, 256];

const child = fork(fileURLToPath(new URL('./link-cost/server.js', import.meta.url)));
const [{ port }] = (await once(child, 'message')) as [{ port: number }];
const address = `127.0.0.1:${port}`;

async function openLink(): Promise<GrpcShardLink> {
  let onConnected: () => void = () => {};
  const connected = new Promise<void>((resolve) => {
    onConnected = resolve;
  });
  const link = new GrpcShardLink(
    { address, nodeId: nodeId('bench'), clusterId: 'bench' },
    {
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      observer: { onConnected: () => onConnected(), onDisconnected: fail },
    },
  );
  await connected;
  return link;
}

function fail(detail: string): never {
  console.error(`the benchmark failed: ${detail}`);
  process.exit(1);
}

function overLink(link: GrpcShardLink, request: LinkRequest): Exchange {
  return (done) => {
    link.send(request, TIMEOUT_MS, ({ status }) => {
      if (status !== 'ok') fail(status);
      done();
    });
  };
}

function overUnary(client: Client): Exchange {
  const { path, requestSerialize, responseDeserialize } = unaryMethod;
  return (done) => {
    const writer = new ByteWriter();
    writeRequestItem(writer, 1, TIMEOUT_MS, searchCall);
    const items = writer.finish();
    const options = { deadline: systemClock.wallMs() + TIMEOUT_MS };
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { items },
      options,
      (error, response) => {
        if (response === undefined) fail(String(error));
        else readReplyBatch(response.items, done);
      },
    );
  };
}

async function serverCpuUs(server: ChildProcess): Promise<number> {
  const answered = once(server, 'message') as Promise<[{ cpu: NodeJS.CpuUsage }]>;
  server.send('cpu');
  const [{ cpu }] = await answered;
  return cpu.user + cpu.system;
}

function callerCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Keeps `concurrency` items under way for a time; resolves with how many were done. */
function keepBusy(exchange: Exchange, concurrency: number, durationMs: number): Promise<number> {
  return new Promise((resolve) => {
    const endAtMs = systemClock.nowMs() + durationMs;
    let doneCount = 0;
    let runningCount = concurrency;
    const next = (): void => {
      doneCount += 1;
      if (systemClock.nowMs() < endAtMs) {
        exchange(next);
        return;
      }
      runningCount -= 1;
      if (runningCount === 0) resolve(doneCount);
    };
    for (let i = 0; i < concurrency; i += 1) exchange(next);
  });
}

async function measure(way: string, exchange: Exchange, concurrency: number): Promise<Measured> {
  await keepBusy(exchange, concurrency, WARM_UP_MS);
  const serverBefore = await serverCpuUs(child);
  const callerBefore = callerCpuUs();
  const startMs = systemClock.nowMs();
  const count = await keepBusy(exchange, concurrency, measureMs);
  const tookMs = systemClock.nowMs() - startMs;
  const callerUs = callerCpuUs() - callerBefore;
  const serverUs = (await serverCpuUs(child)) - serverBefore;
  return {
    way,
    concurrency,
    itemsPerSecond: Math.round((count / tookMs) * 1000),
    callerCpuUs: rounded(callerUs / count),
    serverCpuUs: rounded(serverUs / count),
    meanLatencyMs: rounded((tookMs * concurrency) / count),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

const link = await openLink();
const client = new Client(address, credentials.createInsecure(), linkChannelOptions);
const ways: [string, Exchange][] = [
  ['link: search, 10 hits', overLink(link, searchCall)],
  ['unary: search, 10 hits', overUnary(client)],
  ['link: heartbeat', overLink(link, { kind: 'heartbeat' })],
];
const results: Measured[] = [];
for (const [way, exchange] of ways) {
  for (const concurrency of CONCURRENCIES) {
    results.push(await measure(way, exchange, concurrency));
  }
}
console.table(results);
console.log(JSON.stringify({ bench: 'link', node: process.version, results }));
link.close();
client.close();
child.disconnect();
