import { describe, expect, it } from 'vitest';
import { numberList } from '../../../../bench/suites/parts/number-list.js';
import { flagOnly } from '../../../../src/cli/client-command.js';
import { resolveOptions } from '../../../../src/cli/resolved-options.js';

function listOf(text: string, isWhole = true): number[] {
  const spec = flagOnly({ name: 'ef', type: 'text', description: 'Numbers.' });
  const inputs = { flags: { ef: text }, env: {}, knownKeys: new Set<string>() };
  const options = resolveOptions([spec], inputs);
  return numberList(options, 'ef', { min: 1, max: 100, isWhole });
}

describe('numberList', () => {
  it('takes numbers with commas between, in the order given', () => {
    expect(listOf('16, 1,100')).toEqual([16, 1, 100]);
    expect(listOf('2.5', false)).toEqual([2.5]);
  });

  it.each(['', '1,,2', '0', '101', '1.5', 'many', '1;2', 'NaN', '1,Infinity'])(
    'refuses %j and says what is allowed',
    (text) => {
      const message = text === '' ? '--ef is ""' : 'it must be whole numbers from 1 to 100';
      expect(() => listOf(text)).toThrow(message);
    },
  );
});
