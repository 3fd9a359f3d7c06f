/** What `npm run sim` can be told. */
import { parseArgs } from 'node:util';
import { type PlantedBug, plantedBugNames } from './planted-bugs.js';
import { type ProfileName, profileNames, STEPS_DEFAULT } from './profiles.js';

export const usage = `Runs the simulated cluster from seeds, and prints what failed with the command that shows it again.

  npm run sim -- [--seed N] [--seeds COUNT] [--steps N] [--profile NAME]

  --seed N         the first seed (1)
  --seeds COUNT    how many seeds, one after the other (1)
  --steps N        requests in the phase with faults (${STEPS_DEFAULT})
  --profile NAME   ${profileNames.join(', ')};
                   or all (the default): the profiles take turns from seed to seed
  --twice          run each seed twice, and compare everything that happened
  --jobs N         run so many seeds at a time, each in a process of its own (1)
  --shrink         make each failing plan smaller, and save it as sim-SEED.json
  --plan FILE      run a saved plan instead
  --bug NAME       plant a bug:
                   ${wrapped(plantedBugNames, 80).join('\n                   ')}
  --help           this text`;

export interface SimOptions {
  seed: number;
  seeds: number;
  steps: number;
  jobs: number;
  profile: ProfileName | 'all';
  bug: PlantedBug | undefined;
  plan: string | undefined;
  shrink: boolean;
  twice: boolean;
}

/** `help` and what is wrong are told as they are. */
export function parseSimOptions(args: readonly string[]): SimOptions | 'help' | { wrong: string } {
  try {
    return parse(args);
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}

function parse(args: readonly string[]): SimOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      steps: { type: 'string', default: String(STEPS_DEFAULT) },
      jobs: { type: 'string', default: '1' },
      profile: { type: 'string', default: 'all' },
      bug: { type: 'string' },
      plan: { type: 'string' },
      shrink: { type: 'boolean', default: false },
      twice: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { bug, plan, shrink, twice } = values;
  return {
    seed: wholeNumber('seed', values.seed, 0),
    seeds: wholeNumber('seeds', values.seeds, 1),
    steps: wholeNumber('steps', values.steps, 0),
    jobs: wholeNumber('jobs', values.jobs, 1),
    profile: oneOfNames('profile', values.profile, [...profileNames, 'all' as const]),
    bug: bug === undefined ? undefined : oneOfNames('bug', bug, plantedBugNames),
    plan,
    shrink,
    twice,
  };
}

function wholeNumber(name: string, text: string, min: number): number {
  const value = Number(text);
  if (text !== '' && Number.isSafeInteger(value) && value >= min) return value;
  throw new Error(`--${name} is ${text}; it must be a whole number of ${min} or more`);
}

function oneOfNames<N extends string>(flag: string, name: string, names: readonly N[]): N {
  const known = names.find((each) => each === name);
  if (known === undefined) throw new Error(`--${flag} is ${name}; known are ${names.join(', ')}`);
  return known;
}

function wrapped(words: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 2 > columns) lines.push(word);
    else lines[lines.length - 1] = `${last}, ${word}`;
  }
  return lines;
}
