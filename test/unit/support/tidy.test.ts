import { describe, expect, it } from 'vitest';
import type { Violation } from '../../support/tidy/project-files.js';
import { bannedText } from '../../support/tidy/rules.js';
import { bannedUses, haltedTests, wrongImports } from '../../support/tidy/source-scan.js';

function linesOf(violations: readonly Violation[]): number[] {
  return violations.map(({ line }) => line);
}

describe('bannedUses', () => {
  const uses = (text: string) => bannedUses({ path: 'src/base/x.ts', text });

  it.each([
    'Date.now()',
    'new Date()',
    'new Date',
    'performance.now()',
    'const now = Date.now',
    'setTimeout(f, 1)',
    'globalThis.setTimeout(f, 1)',
    'run(setImmediate)',
    'setInterval(f, 1)',
    'Math.random()',
    'crypto.randomUUID()',
    "import { randomUUID } from 'node:crypto'",
    "import { setTimeout as sleep } from 'node:timers/promises'",
    'AbortSignal.timeout(5)',
  ])('finds %s', (text) => {
    expect(uses(`// first line\n${text};`).map(({ line }) => line)).toContain(2);
  });

  it.each([
    'new Date(wallMs)',
    'clock.setTimer(1, f)',
    'clock.setTimeout(1)',
    '// Date.now()',
    "const text = 'Math.random()'",
    'const port = { setTimeout(f) {} }',
    'interface Port { setTimeout(f: () => void): void }',
    'clearTimeout(handle)',
  ])('lets %s pass', (text) => {
    expect(uses(text)).toEqual([]);
  });

  it('names what to use instead', () => {
    expect(uses('Math.random()')[0]?.message).toContain('Random port');
  });
});

describe('wrongImports', () => {
  const imports = (path: string, text: string) => linesOf(wrongImports({ path, text }));

  it.each([
    ['src/base/x.ts', '../wire/bytes.js'],
    ['src/wire/x.ts', '../coordinator/main.js'],
    ['src/coordinator/a/x.ts', '../../../shards/main.js'],
    ['shards/x.ts', '../src/coordinator/main.js'],
    ['src/client/x.ts', '../coordinator/main.js'],
    ['src/cli/x.ts', '../coordinator/search/coverage.js'],
    ['src/client/x.ts', 'lmdb'],
    ['src/client/x.ts', 'left-pad'],
  ])('%s may not import %s', (path, specifier) => {
    expect(imports(path, `import type { a } from '${specifier}';`)).toEqual([1]);
    expect(imports(path, `export { a } from '${specifier}';`)).toEqual([1]);
    expect(imports(path, `const a = await import('${specifier}');`)).toEqual([1]);
  });

  it.each([
    ['src/wire/x.ts', '../base/clock.js'],
    ['src/cli/x.ts', '../coordinator/main.js'],
    ['shards/store/lmdb-x.ts', 'lmdb'],
    ['src/wire/x.ts', '@grpc/grpc-js/build/src/call.js'],
    ['src/base/x.ts', 'node:fs'],
    ['bench/x.ts', '../shards/index/hnsw-index.js'],
    ['test/x.test.ts', 'anything'],
  ])('%s may import %s', (path, specifier) => {
    expect(imports(path, `import { a } from '${specifier}';`)).toEqual([]);
  });
});

describe('haltedTests', () => {
  const halted = (text: string) => linesOf(haltedTests({ path: 'test/x.test.ts', text }));

  it('finds tests that leave others out, and those left out without a reason', () => {
    expect(halted("it.only('a', f);\ndescribe.skip('b', f);\ntest.todo('c');")).toEqual([1, 2, 3]);
  });

  it('accepts a test left out with a reason above it', () => {
    expect(halted("// The kernel here has no such call.\nit.skip('a', f);")).toEqual([]);
  });
});

describe('bannedText', () => {
  const isBanned = (text: string) => bannedText.some(({ pattern }) => pattern.test(text));

  it.each(['// TODO later', 'FIXME', 'see /Users/me/notes.md', '/home/me/x'])(
    'finds "%s"',
    (text) => expect(isBanned(text)).toBe(true),
  );

  it.each(['toDo', 'the /homes folder', 'src/home/x', 'https://example.org/home/x'])(
    'lets "%s" pass',
    (text) => expect(isBanned(text)).toBe(false),
  );
});
