/**
 * Records a node: several lives on one folder, all but the last cut short by a kill, each under
 * strace. What was in flight at a kill is written again by the next life, with the same versions.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomInt, seededRandom } from '../../src/base/random.js';
import type { DiskHistory } from './disk-history.js';
import type { DriverOptions } from './driver.js';
import { HistoryRecorder, RECORDED_CALLS } from './history-recorder.js';

export interface RecordingOptions {
  seed: number;
  /** Rounds of writes. */
  rounds: number;
  /** Lives of the node; all but the last end by SIGKILL. */
  sessions: number;
  /** Has the store skip its syncs, to see that it is noticed. */
  plantedNoSync: boolean;
}

const STRING_BYTES_MAX = 64 * 1024 * 1024;
const driver = fileURLToPath(new URL('./driver.js', import.meta.url));

/** Why nothing can be recorded on this machine; undefined when it can. */
export function whyNoRecording(): string | undefined {
  if (process.platform !== 'linux') return 'strace is there on Linux only';
  const probe = spawnSync('strace', ['-f', '-qq', '-e', 'trace=none', 'true'], { stdio: 'pipe' });
  if (probe.error !== undefined) {
    return 'strace is not installed: "apt-get install strace" on Debian or Ubuntu';
  }
  if (probe.status === 0) return undefined;
  return `strace may not trace here: ${probe.stderr.toString().trim()}`;
}

export async function record(options: RecordingOptions): Promise<DiskHistory> {
  const parent = mkdtempSync(join(tmpdir(), 'annulus-record-'));
  try {
    return await recordIn(parent, options);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

async function recordIn(
  parent: string,
  { seed, rounds, sessions, plantedNoSync }: RecordingOptions,
): Promise<DiskHistory> {
  const directory = join(parent, 'node');
  const markers = join(parent, 'markers');
  mkdirSync(directory, { mode: 0o700 });
  const recorder = new HistoryRecorder(directory, markers);
  const random = seededRandom(seed);
  for (let session = 0; session < sessions; session += 1) {
    const isLast = session === sessions - 1;
    const before = progressOf(recorder.history);
    const killRound = Math.floor((rounds * (session + 1)) / sessions) - randomInt(random, 10);
    const driverOptions: DriverOptions = {
      directory,
      markers,
      seed,
      session,
      assignedCount: before.assignedCount,
      // Another one may have been under way.
      epoch: before.epoch + 2,
      resend: before.unacknowledged,
      firstRound: before.lastRound + 1,
      lastRound: rounds,
      killAfterRound: isLast ? undefined : killRound,
      plantedNoSync,
    };
    const trace = join(parent, `trace-${session}`);
    await runTraced(trace, driverOptions, isLast);
    recorder.add(readFileSync(trace, 'latin1'));
    rmSync(trace);
  }
  return recorder.history;
}

export interface Progress {
  sent: Set<number>;
  acknowledged: Set<number>;
  unacknowledged: number[];
  lastRound: number;
  /** Of the last assignment that was carried out. */
  epoch: number;
  assignedCount: number;
}

/** What the markers up to a moment say. */
export function progressOf(history: DiskHistory, cut = Number.POSITIVE_INFINITY): Progress {
  const sent = new Set<number>();
  const acknowledged = new Set<number>();
  let epoch = 0;
  let assignedCount = 0;
  for (const { at, line } of history.markers) {
    if (at > cut) break;
    const [what, first, second] = line.split(' ');
    if (what === 'sent') sent.add(Number(first));
    if (what === 'acknowledged') acknowledged.add(Number(first));
    if (what === 'assigned') {
      epoch = Number(first);
      assignedCount = Number(second);
    }
  }
  const unacknowledged = [...sent].filter((round) => !acknowledged.has(round));
  // The late partition is made when its round is sent, which must be sent then.
  const lastRound = Math.max(0, ...sent);
  return { sent, acknowledged, unacknowledged, lastRound, epoch, assignedCount };
}

function runTraced(trace: string, options: DriverOptions, isLast: boolean): Promise<void> {
  const flags = ['-f', '-y', '-qq', '-s', String(STRING_BYTES_MAX), '-o', trace];
  const calls = `trace=${RECORDED_CALLS.join(',')}`;
  const command = [process.execPath, driver, JSON.stringify(options)];
  const child = spawn('strace', [...flags, '-e', calls, '-e', 'signal=none', ...command], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, UV_USE_IO_URING: '0', UV_THREADPOOL_SIZE: '4' },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      // strace ends as its child did.
      if (isLast ? code === 0 : signal === 'SIGKILL' || code === 137) resolve();
      else reject(new Error(`the recorded node ended with ${code ?? signal}`));
    });
  });
}
