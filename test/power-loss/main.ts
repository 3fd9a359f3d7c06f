/**
 * Power losses: records a real node under strace and opens what cutting the power at random moments
 * could have left on its disk.
 *
 *   npm run power-loss -- [--states 2000] [--seed 1] [--rounds 300]
 *     --plant NAME      plant a bug (see plants.ts); the run must then find it
 *     --keep DIRECTORY  keep the folders of states that failed
 */
import { programOptions } from '../../bench/commands/program-options.js';
import { count } from '../../bench/suites/common-options.js';
import { flagOnly } from '../../src/cli/client-command.js';
import { type Plant, plants } from './plants.js';
import { type PowerLossResult, runPowerLoss } from './power-loss-run.js';
import { whyNoRecording } from './recording.js';

const options = programOptions('npm run power-loss --', [
  count('states', 2000, 1, 1_000_000, 'Power losses.'),
  count('seed', 1, 0, 0xffff_ffff, 'Of everything drawn by chance.'),
  count('rounds', 300, 1, 1_000_000, 'Rounds of writes in each recording.'),
  flagOnly({
    name: 'plant',
    type: 'text',
    choices: plants,
    description: 'Plant a bug (see plants.ts); the run must then find it.',
  }),
  flagOnly({
    name: 'keep',
    type: 'text',
    placeholder: 'DIR',
    description: 'Keep the folders of states that failed there.',
  }),
]);

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
const plant = options.optionalText('plant') as Plant | undefined;
const startedAtMs = performance.now();
const result = await runPowerLoss({
  states: options.integer('states'),
  seed: options.integer('seed'),
  rounds: options.integer('rounds'),
  statesPerRecording: 250,
  plant,
  keepIn: options.optionalText('keep'),
  failuresMax: plant === undefined ? 20 : 1,
  onProgress: (done, failed) => {
    if (done % 250 === 0) console.error(`${done} states, ${failed} failed`);
  },
});
print(result, performance.now() - startedAtMs);
const isFound = result.failures.length > 0;
if (plant !== undefined) console.log(`planted ${plant}: ${isFound ? 'caught' : 'NOT caught'}`);
process.exit(isFound === (plant !== undefined) ? 0 : 1);
