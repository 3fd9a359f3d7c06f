/** Runs seeds in several processes: each gets the next seed when it is done with one. */
import { type ChildProcess, fork } from 'node:child_process';
import type { SeedOutcome, SeedTask } from './seed-task.js';

const SCRIPT = new URL('./seed-worker.js', import.meta.url);

/** `onOutcome` is called in the order in which seeds end. Rejects when a process dies. */
export async function runInWorkers(
  tasks: Iterator<SeedTask>,
  workerCount: number,
  onOutcome: (outcome: SeedOutcome) => void,
): Promise<void> {
  const workers = Array.from({ length: workerCount }, () =>
    fork(SCRIPT, { serialization: 'advanced' }),
  );
  try {
    await Promise.all(workers.map((worker) => feed(worker, tasks, onOutcome)));
  } finally {
    for (const worker of workers) worker.kill();
  }
}

function feed(
  worker: ChildProcess,
  tasks: Iterator<SeedTask>,
  onOutcome: (outcome: SeedOutcome) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = () => {
      const { done, value } = tasks.next();
      if (done === true) resolve();
      else worker.send(value);
    };
    worker.on('message', (outcome: SeedOutcome) => {
      onOutcome(outcome);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', (code, signal) => reject(new Error(`a worker ended: ${signal ?? code}`)));
    next();
  });
}
