import { describe, expect, it } from 'vitest';
import {
  helpOf,
  jsonOption,
  parseProgramOptions,
} from '../../../../bench/commands/program-options.js';
import { count } from '../../../../bench/suites/common-options.js';
import { flagOnly } from '../../../../src/cli/client-command.js';

const specs = [
  count('kills', 50, 1, 1000, 'How often.'),
  flagOnly({ name: 'twice', type: 'flag', description: 'Twice.' }),
  jsonOption,
];

const parsed = (...args: string[]) => {
  const options = parseProgramOptions(args, specs);
  if (options === 'help') throw new Error('help was not asked for');
  return options;
};

describe('options of a program that is run by itself', () => {
  it('have their defaults when nothing is given', () => {
    const options = parsed();
    expect(options.integer('kills')).toBe(50);
    expect(options.flag('twice')).toBe(false);
    expect(options.optionalText('json')).toBeUndefined();
  });

  it('are what the command line says', () => {
    const options = parsed('--kills', '7', '--twice', '--json', 'out.json');
    expect(options.integer('kills')).toBe(7);
    expect(options.flag('twice')).toBe(true);
    expect(options.optionalText('json')).toBe('out.json');
  });

  it.each([
    [
      ['--kills', 'many'],
      '--kills is "many" (from --kills); it must be a whole number from 1 to 1000',
    ],
    [['--kills', '0'], '--kills is "0" (from --kills); it must be a whole number from 1 to 1000'],
    [['--kils', '7'], "Unknown option '--kils'"],
    [['7'], 'Unexpected argument'],
  ])('%j is a mistake that is named', (args, message) => {
    expect(() => parsed(...args)).toThrow(message);
  });

  it('are all listed by --help, with defaults and limits', () => {
    expect(parseProgramOptions(['--help'], specs)).toBe('help');
    expect(helpOf('npm run it --', specs).split('\n')).toEqual([
      'usage: npm run it -- [options]',
      '  --kills <N>    How often. (1..1000; default 50)',
      '  --twice        Twice.',
      '  --json <FILE>  Write the results there, too.',
    ]);
  });
});
