/**
 * What the processes of a cluster and its callers take while it is loaded: memory and processor time,
 * once a second, and what processes that are none of them took meanwhile. Linux only.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/system-clock.js';
import type { BenchCluster } from '../cluster/bench-cluster.js';
import type { LoadFleet } from '../load/load-fleet.js';
import { processCpuMs, rssAnonBytes } from '../report/process-cpu.js';

export type PhaseName = 'peak' | 'overload' | 'recovery';

export interface WatchSample {
  atMs: number;
  phase: PhaseName;
  /** Anonymous memory by server. */
  bytes: Record<string, number>;
  /** Processor time since the sample before, in milliseconds, by process; `others`: of nobody here. */
  cpuMs: Record<string, number>;
  /** Since the sample before. */
  tookMs: number;
}

const SAMPLE_MS = 1_000;
const TICK_MS = 10;
/** Of /proc/stat: all but idle, waiting for disks, and what guests have had counted already. */
const BUSY_COLUMNS = [1, 2, 3, 6, 7, 8];

export class ServerWatch {
  readonly samples: WatchSample[] = [];
  phase: PhaseName = 'peak';
  readonly #servers: Map<string, number>;
  readonly #processes: Map<string, number[]>;
  #isStopped = false;

  constructor({ own }: BenchCluster, fleet: LoadFleet) {
    if (own === undefined) throw new Error('only the processes of a cluster of its own are known');
    const nodes = own.nodeIds.map((id) => [id, own.node(id).pid] as const);
    this.#servers = new Map([['coordinator', own.coordinator.pid], ...nodes]);
    this.#processes = new Map([
      ['coordinator', [own.coordinator.pid]],
      ['nodes', nodes.map(([, pid]) => pid)],
      ['callers', [...fleet.pids, process.pid]],
    ]);
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #run(): Promise<void> {
    const beganAtMs = systemClock.nowMs();
    for (let before = this.#cpu(); ; ) {
      await sleep(SAMPLE_MS);
      if (this.#isStopped) return;
      const now = this.#cpu();
      const spent = (name: string) => (now.byName[name] ?? 0) - (before.byName[name] ?? 0);
      const cpuMs = Object.fromEntries(Object.keys(now.byName).map((name) => [name, spent(name)]));
      const own = Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0);
      const others = Math.max(0, now.machineMs - before.machineMs - own);
      this.samples.push({
        atMs: now.atMs - beganAtMs,
        phase: this.phase,
        bytes: Object.fromEntries(
          [...this.#servers].map(([name, pid]) => [name, rssAnonBytes(pid)]),
        ),
        cpuMs: { ...cpuMs, others },
        tookMs: now.atMs - before.atMs,
      });
      before = now;
    }
  }

  #cpu(): { atMs: number; machineMs: number; byName: Record<string, number> } {
    const byName: Record<string, number> = {};
    for (const [name, pids] of this.#processes) {
      byName[name] = pids.reduce((sum, pid) => sum + processCpuMs(pid), 0);
    }
    return { atMs: systemClock.nowMs(), machineMs: machineBusyMs(), byName };
  }
}

/** Processor time of the whole machine so far, what its host took from it included. */
function machineBusyMs(): number {
  const columns = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/);
  return BUSY_COLUMNS.reduce((sum, column) => sum + Number(columns[column] ?? 0), 0) * TICK_MS;
}

/** Cores in use, by process, on average over the samples of a phase. */
export function coresOf(samples: readonly WatchSample[], phase: PhaseName): Record<string, number> {
  const own = samples.filter((sample) => sample.phase === phase);
  const tookMs = own.reduce((sum, sample) => sum + sample.tookMs, 0);
  const names = Object.keys(own[0]?.cpuMs ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const cpuMs = own.reduce((sum, sample) => sum + (sample.cpuMs[name] ?? 0), 0);
      return [name, cpuMs / tookMs];
    }),
  );
}
