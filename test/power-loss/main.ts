/**
 * Power losses: records a real node under strace and opens what cutting the power at random moments
 * could have left on its disk.
 *
 *   npm run power-loss -- [--states 2000] [--seed 1] [--rounds 300]
 *     --plant NAME      plant a bug (see plants.ts); the run must then find it
 *     --keep DIRECTORY  keep the folders of states that failed
 */
import { parseArgs } from 'node:util';
import { type Plant, plants } from './plants.js';
import { type PowerLossResult, runPowerLoss } from './power-loss-run.js';
import { whyNoRecording } from './recording.js';

const { values } = parseArgs({
  options: {
    states: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '300' },
    plant: { type: 'string' },
    keep: { type: 'string' },
  },
});

function numberOf(name: 'states' | 'seed' | 'rounds'): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new Error(`--${name} is ${values[name]}; it must be a whole number from 1`);
}

function plantOf(name: string | undefined): Plant | undefined {
  const plant = plants.find((each) => each === name);
  if (plant === undefined && name !== undefined) {
    throw new Error(`--plant is ${name}; known are ${plants.join(', ')}`);
  }
  return plant;
}

function print(result: PowerLossResult, tookMs: number): void {
  for (const { state, violations, keptIn } of result.failures.slice(0, 5)) {
    console.log(`state ${state}${keptIn === undefined ? '' : `, kept in ${keptIn}`}:`);
    for (const violation of violations.slice(0, 5)) console.log(`  ${violation}`);
  }
  const graphs = [...result.graphs].map(([found, count]) => `${found} ${count}`).join(', ');
  console.log(`${result.recordings} recordings, ${result.events} events; ${graphs}`);
  console.log(
    `${result.acknowledgedChecked} acknowledged writes looked for, ` +
      `${result.documentsFound} documents compared`,
  );
  console.log(
    `${result.states} power-loss states: ${result.lost} with acknowledged writes lost, ` +
      `${result.unopenable} that cannot be opened, ${result.wrong} otherwise wrong ` +
      `(${(tookMs / 1000).toFixed(1)} s)`,
  );
}

const reason = whyNoRecording();
if (reason !== undefined) {
  console.error(`power losses need strace: ${reason}`);
  process.exit(2);
}
const plant = plantOf(values.plant);
const startedAtMs = performance.now();
const result = await runPowerLoss({
  states: numberOf('states'),
  seed: numberOf('seed'),
  rounds: numberOf('rounds'),
  statesPerRecording: 250,
  plant,
  keepIn: values.keep,
  failuresMax: plant === undefined ? 20 : 1,
  onProgress: (done, failed) => {
    if (done % 250 === 0) console.error(`${done} states, ${failed} failed`);
  },
});
print(result, performance.now() - startedAtMs);
const isFound = result.failures.length > 0;
if (plant !== undefined) console.log(`planted ${plant}: ${isFound ? 'caught' : 'NOT caught'}`);
process.exit(isFound === (plant !== undefined) ? 0 : 1);
