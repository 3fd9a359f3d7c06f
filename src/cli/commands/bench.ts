/** Benchmarks are a program of their own, which need not be installed. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(
  new URL(`../../../bench/main${import.meta.url.slice(-3)}`, import.meta.url),
);

/** Runs `bench/main` with the arguments as they are; resolves to its exit code. */
export function runBench(args: readonly string[]): Promise<number> {
  if (!existsSync(entry)) {
    throw new Error('the benchmarks are not part of this installation: run them from a checkout');
  }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, entry, ...args], {
      stdio: 'inherit',
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
