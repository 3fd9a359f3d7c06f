/** CPU time and memory of other processes, from /proc: Linux only. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/system-clock.js';

/** The kernel's unit in /proc/PID/stat; 100 a second on every usual build. */
const TICK_MS = 10;
const IDLE_RATIO = 0.03;
const IDLE_WINDOW_MS = 500;

/** User and system time so far, in milliseconds, to about 10. */
export function processCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory that is no file's: heap, buffers and what native code allocated. */
export function rssAnonBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`no RssAnon of process ${pid}`);
  return Number(kilobytes) * 1024;
}

/** Resolves once none of the processes has worked for a while: queues are empty, graphs caught up. */
export async function untilIdle(pids: readonly number[], limitMs = 300_000): Promise<void> {
  const giveUpAtMs = systemClock.nowMs() + limitMs;
  for (;;) {
    const before = pids.map(processCpuMs);
    await sleep(IDLE_WINDOW_MS);
    const worked = pids.map((pid, i) => processCpuMs(pid) - (before[i] as number));
    if (worked.every((ms) => ms <= IDLE_WINDOW_MS * IDLE_RATIO)) return;
    if (systemClock.nowMs() > giveUpAtMs) throw new Error(`not idle after ${limitMs} ms`);
  }
}
