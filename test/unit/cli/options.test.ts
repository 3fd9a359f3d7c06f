import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeOption } from '../../../src/cli/command.js';
import { parseConfig, readConfigFile } from '../../../src/cli/config-file.js';
import { coordinatorOptionSpecs } from '../../../src/cli/coordinator-option-table.js';
import {
  devOptionSpecs,
  knownConfigKeys,
  shardOptionSpecs,
} from '../../../src/cli/option-tables.js';
import {
  environmentName,
  type OptionSpec,
  resolveOption,
  UsageError,
} from '../../../src/cli/options.js';
import { resolveOptions } from '../../../src/cli/resolved-options.js';

const weight: OptionSpec = {
  name: 'node-weight',
  type: 'number',
  default: '1',
  min: 0.01,
  max: 100,
  description: 'Share.',
};

function resolve(
  spec: OptionSpec,
  flag?: unknown,
  variable?: string,
  key?: unknown,
): ReturnType<typeof resolveOption> {
  const values = new Map(key === undefined ? [] : [[spec.name, key]]);
  return resolveOption(spec, {
    flags: { [spec.name]: flag },
    env: variable === undefined ? {} : { [environmentName(spec)]: variable },
    file: { path: 'a.yaml', values },
  });
}

describe('resolveOption', () => {
  it('takes the flag before the variable before the file before the default', () => {
    const { value, source, origin } = resolve(weight, '2', '3', 4);
    expect([value, source, origin]).toEqual([2, 'flag', '--node-weight']);
    expect(resolve(weight, undefined, '3', 4)).toMatchObject({
      value: 3,
      source: 'environment',
      origin: 'ANNULUS_NODE_WEIGHT',
    });
    expect(resolve(weight, undefined, undefined, 4)).toMatchObject({
      value: 4,
      source: 'file',
      origin: 'a.yaml',
    });
    expect(resolve(weight)).toMatchObject({ value: 1, source: 'default' });
  });

  it('takes an empty variable for none, and no value for unset', () => {
    expect(resolve(weight, undefined, '').source).toBe('default');
    const { default: _, ...bare } = weight;
    expect(resolve(bare)).toMatchObject({ value: undefined, source: 'unset' });
  });

  it('ignores variables and keys of an option that is only a flag', () => {
    expect(resolve({ ...weight, isFlagOnly: true }, undefined, '3', 4).source).toBe('default');
  });

  it.each<[string, unknown, string | undefined, unknown]>([
    [
      '--node-weight is "heavy" (from --node-weight); it must be a number from 0.01 to 100',
      'heavy',
      undefined,
      undefined,
    ],
    ['--node-weight is "0" (from ANNULUS_NODE_WEIGHT)', undefined, '0', undefined],
    ['--node-weight is 101 (from a.yaml)', undefined, undefined, 101],
    ['--node-weight is true (from a.yaml)', undefined, undefined, true],
    ['--node-weight is "0x10"', '0x10', undefined, undefined],
    ['--node-weight is "Infinity"', 'Infinity', undefined, undefined],
    ['--node-weight is " "', ' ', undefined, undefined],
  ])('says %s', (message, flag, variable, key) => {
    expect(() => resolve(weight, flag, variable, key)).toThrow(UsageError);
    expect(() => resolve(weight, flag, variable, key)).toThrow(message);
  });

  it('parses addresses, of IPv6 too, and refuses what is none', () => {
    const listen: OptionSpec = { name: 'listen', type: 'address', description: '' };
    expect(resolve(listen, '0.0.0.0:80').value).toEqual({ host: '0.0.0.0', port: 80 });
    expect(resolve(listen, '[::1]:0').value).toEqual({ host: '[::1]', port: 0 });
    for (const bad of ['7700', ':7700', 'host:', 'host:70000', 'a b:1', 'http://h:1']) {
      expect(() => resolve(listen, bad)).toThrow('it must be HOST:PORT');
    }
    const join: OptionSpec = { name: 'join', type: 'addresses', min: 1, description: '' };
    expect(resolve(join, 'a:1,b:2').value).toHaveLength(2);
    expect(resolve(join, undefined, undefined, ['a:1']).value).toHaveLength(1);
    for (const bad of ['a:1,', 'a:0', '', 'a:1,b']) {
      expect(() => resolve(join, bad)).toThrow('one or more HOST:PORT');
    }
  });

  it('takes flags from files and variables as true or false', () => {
    const json: OptionSpec = { name: 'json', type: 'flag', description: '' };
    expect(resolve(json, true).value).toBe(true);
    expect(resolve(json, undefined, 'false').value).toBe(false);
    expect(resolve(json, undefined, undefined, true).value).toBe(true);
    expect(() => resolve(json, undefined, 'yes')).toThrow('true or false');
  });
});

describe('the configuration file', () => {
  const keys = new Set(['listen', 'weight', 'join']);

  it('is YAML with the names of flags', () => {
    const { values } = parseConfig('a.yaml', 'listen: 0.0.0.0:7700\nweight: 2 # twice\n', keys);
    expect([...values]).toEqual([
      ['listen', '0.0.0.0:7700'],
      ['weight', 2],
    ]);
    expect(parseConfig('a.yaml', '', keys).values.size).toBe(0);
  });

  it.each([
    ['a.yaml has the unknown option "listne"', 'listne: 1'],
    ['a.yaml has the unknown option "__proto__"', '__proto__: 1'],
    ['a.yaml must hold options as "name: value" lines', '- listen'],
    ['a.yaml is not valid YAML', 'listen: [1'],
    ['a.yaml is not valid YAML', 'listen: 1\nlisten: 2'],
  ])('is refused in one line: %s', (message, text) => {
    expect(() => parseConfig('a.yaml', text, keys)).toThrow(message);
    expect(() => parseConfig('a.yaml', text, keys)).not.toThrow('\n');
  });

  it('that cannot be read is one clear line too', () => {
    expect(() => readConfigFile('/nowhere/a.yaml', keys)).toThrow('cannot read the configuration');
  });

  it('may be named by a variable', () => {
    const directory = mkdtempSync(join(tmpdir(), 'annulus-test-'));
    try {
      const path = join(directory, 'annulus.yaml');
      writeFileSync(path, 'data: /srv/annulus\nshards: 5\n');
      const inputs = { flags: {}, env: { ANNULUS_CONFIG: path }, knownKeys: knownConfigKeys };
      const options = resolveOptions(devOptionSpecs, inputs);
      expect(options.integer('shards')).toBe(5);
      expect(options.text('data')).toBe('/srv/annulus');
      expect(options.isGiven('shards')).toBe(true);
      expect(options.isGiven('listen')).toBe(false);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('the option tables', () => {
  const tables = { coordinatorOptionSpecs, shardOptionSpecs, devOptionSpecs };

  it.each(Object.entries(tables))('%s have defaults that their own rules allow', (_, specs) => {
    const inputs = { flags: {}, env: {}, knownKeys: knownConfigKeys, allowMissing: true };
    expect(resolveOptions(specs, inputs).all()).toHaveLength(specs.length);
    expect(new Set(specs.map(({ name }) => name)).size).toBe(specs.length);
  });

  it('refuse a command without what it needs', () => {
    const inputs = { flags: {}, env: {}, knownKeys: knownConfigKeys };
    expect(() => resolveOptions(shardOptionSpecs, inputs)).toThrow('--data is required');
  });

  it('describe each option with its range, default and variable', () => {
    const shown = shardOptionSpecs.map(describeOption);
    const line =
      'Share of the partitions relative to other nodes. (0.01..100; default 1; env ANNULUS_WEIGHT)';
    expect(shown).toContain(line);
  });
});
