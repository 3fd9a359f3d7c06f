import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnnulusError } from '../../../src/base/errors.js';
import {
  errorLine,
  formatTable,
  printJson,
  shortestFloat,
  toJsonValue,
} from '../../../src/cli/output.js';
import { fakeTerminal } from '../../support/fake-terminal.js';

describe('toJsonValue', () => {
  it('names fields as the protos do, but leaves the keys of metadata alone', () => {
    const value = { missingIds: [], documents: [{ version: 5n, metadata: { camelCase: 1 } }] };
    expect(toJsonValue(value)).toEqual({
      missing_ids: [],
      documents: [{ version: '5', metadata: { camelCase: 1 } }],
    });
  });

  it('writes vectors with the digits that a 32-bit float needs', () => {
    expect(toJsonValue(new Float32Array([0.1, 1, -2.5, 1e-7]))).toEqual([0.1, 1, -2.5, 1e-7]);
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Math.fround(shortestFloat(value)) === value).toBe(true);
      }),
    );
  });

  it('writes errors as their code, reason and message', () => {
    const error = new AnnulusError('NOT_FOUND', 'COLLECTION_NOT_FOUND', 'no');
    expect(toJsonValue({ error })).toEqual({
      error: { code: 'NOT_FOUND', reason: 'COLLECTION_NOT_FOUND', message: 'no' },
    });
  });
});

describe('printJson', () => {
  it('is one line in a pipe and indented on a terminal', () => {
    const pipe = fakeTerminal();
    printJson(pipe, { a: [1] });
    expect(pipe.out()).toBe('{"a":[1]}\n');
    const terminal = fakeTerminal({ isTTY: true });
    printJson(terminal, { a: [1] });
    expect(terminal.out()).toBe('{\n  "a": [\n    1\n  ]\n}\n');
  });
});

describe('formatTable', () => {
  it('aligns columns, numbers to the right', () => {
    const table = formatTable(
      ['NAME', 'COUNT'],
      [
        ['a', 7],
        ['longer', 12_345],
      ],
    );
    expect(table).toBe('NAME    COUNT\na           7\nlonger  12345\n');
  });
});

describe('errorLine', () => {
  it('is one line, with code and reason where there are such', () => {
    expect(errorLine(new Error('a\n  b'))).toBe('a; b');
    const error = new AnnulusError('UNAVAILABLE', 'NO_NODES', 'nobody');
    expect(errorLine(error)).toBe('nobody [UNAVAILABLE NO_NODES]');
    expect(errorLine('text')).toBe('text');
  });
});
