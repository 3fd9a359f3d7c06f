/**
 * A run: record a node, draw moments and ways for the power to fail, open what is left each time.
 * All of it follows from the seed but the recording itself, which depends on the machine's timing; a
 * state that fails is kept as a folder.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomInt, seededRandom } from '../../src/base/random.js';
import { type CrashState, crashState, drawStyle } from './crash-state.js';
import type { DiskHistory } from './disk-history.js';
import { type Plant, plantInHistory } from './plants.js';
import { progressOf, record } from './recording.js';
import { missingSyncsAtStart } from './start-syncs.js';
import type { Expectation, StateVerdict } from './state-check.js';

export interface PowerLossOptions {
  states: number;
  seed: number;
  /** Rounds of writes in a recording. */
  rounds: number;
  /** States that are made of one recording. */
  statesPerRecording: number;
  plant: Plant | undefined;
  /** Where to keep the folders of states that failed; undefined: nowhere. */
  keepIn: string | undefined;
  /** Stop after so many failed states. */
  failuresMax: number;
  onProgress(done: number, failed: number): void;
}

export interface PowerLossResult {
  states: number;
  recordings: number;
  /** System calls that changed, synced, or told something. */
  events: number;
  /** Acknowledged rounds that all states together had to have. */
  acknowledgedChecked: number;
  documentsFound: number;
  lost: number;
  unopenable: number;
  /** Other violations: what was never sent, or is not what was written, searches that are wrong. */
  wrong: number;
  graphs: Map<string, number>;
  failures: { state: number; violations: string[]; keptIn: string | undefined }[];
}

const SESSIONS = 4;
const checkerEntry = fileURLToPath(new URL('./checker.js', import.meta.url));
/** Each folder that was ever open leaves something behind in the process. */
const STATES_PER_CHECKER = 100;

export async function runPowerLoss(options: PowerLossOptions): Promise<PowerLossResult> {
  const result: PowerLossResult = {
    ...{ states: 0, recordings: 0, events: 0, acknowledgedChecked: 0, documentsFound: 0 },
    ...{ lost: 0, unopenable: 0, wrong: 0 },
    graphs: new Map(),
    failures: [],
  };
  const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const scratch = mkdtempSync(join(memory, 'annulus-power-'));
  const checker = new Checker();
  const isDone = () =>
    result.states >= options.states || result.failures.length >= options.failuresMax;
  try {
    while (!isDone()) {
      const seed = options.seed + result.recordings;
      const { rounds, plant } = options;
      const plantedNoSync = plant === 'no-sync';
      const recorded = await record({ seed, rounds, sessions: SESSIONS, plantedNoSync });
      const history = plantInHistory(recorded, plant);
      result.recordings += 1;
      result.events += history.moments.length;
      const violations = missingSyncsAtStart(history);
      if (violations.length > 0) {
        result.wrong += 1;
        result.failures.push({ state: result.states, violations, keptIn: undefined });
      }
      for (let i = 0; i < options.statesPerRecording && !isDone(); i += 1) {
        await oneState(history, seed, i, join(scratch, 'state'), checker, options, result);
      }
    }
  } finally {
    checker.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
  return result;
}

async function oneState(
  history: DiskHistory,
  seed: number,
  index: number,
  directory: string,
  checker: Checker,
  options: PowerLossOptions,
  result: PowerLossResult,
): Promise<void> {
  const random = seededRandom(seed * 100_003 + index);
  const cut = history.moments[randomInt(random, history.moments.length)] as number;
  const state = crashState(history, cut, drawStyle(random), random);
  const { sent, acknowledged, epoch, assignedCount } = progressOf(history, cut);
  const expected = {
    ...{ seed, epoch, assignedCount },
    ...{ sent: [...sent], acknowledged: [...acknowledged] },
  };
  writeState(directory, state);
  const verdict = await checker.check(directory, expected);
  result.states += 1;
  result.acknowledgedChecked += acknowledged.size;
  result.documentsFound += verdict.documentCount;
  for (const graph of verdict.graphs) {
    result.graphs.set(graph, (result.graphs.get(graph) ?? 0) + 1);
  }
  const { violations } = verdict;
  if (violations.length > 0) {
    const isUnopenable = violations.some((text) => /cannot be opened|has died/.test(text));
    if (isUnopenable) result.unopenable += 1;
    else if (violations.some((text) => /lost/.test(text))) result.lost += 1;
    else result.wrong += 1;
    const keptIn = keep(state, result.states, options.keepIn);
    result.failures.push({ state: result.states, violations, keptIn });
  }
  options.onProgress(result.states, result.failures.length);
}

function writeState(directory: string, { folders, files }: CrashState): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const folder of folders) mkdirSync(join(directory, folder));
  for (const [path, bytes] of files) writeFileSync(join(directory, path), bytes);
}

/** As it was before anything opened it. */
function keep(state: CrashState, number: number, keepIn: string | undefined): string | undefined {
  if (keepIn === undefined) return undefined;
  const kept = join(keepIn, `state-${number}`);
  writeState(kept, state);
  return kept;
}

/** The process that opens folders; started again when it dies, and now and then. */
class Checker {
  #child: ChildProcess | undefined;
  #checkedCount = 0;

  check(directory: string, expected: Expectation): Promise<StateVerdict> {
    if (this.#checkedCount >= STATES_PER_CHECKER) this.stop();
    this.#child ??= fork(checkerEntry, { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    const child = this.#child;
    this.#checkedCount += 1;
    return new Promise((resolve) => {
      const onExit = (code: number | null, signal: string | null) => {
        this.stop();
        const how = `the process that opened it has died: ${code ?? signal}`;
        resolve({ violations: [how], graphs: [], documentCount: 0 });
      };
      child.once('exit', onExit);
      child.once('message', (verdict) => {
        child.off('exit', onExit);
        resolve(verdict as StateVerdict);
      });
      child.send({ directory, expected });
    });
  }

  stop(): void {
    this.#child?.removeAllListeners('exit');
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
    this.#checkedCount = 0;
  }
}
