/** The repository's own lint: each claim names file, line and what to do instead when it fails. */
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  fileExists,
  type ProjectFile,
  projectFiles,
  report,
  scanLines,
  type Violation,
} from './support/tidy/project-files.js';
import {
  bannedText,
  bannedTextExceptions,
  developmentPackages,
  FILE_LINES_MAX,
  LINE_COLUMNS_MAX,
  longFiles,
  MARKDOWN_COLUMNS_MAX,
  packageUsers,
  systemAdapters,
} from './support/tidy/rules.js';
import { bannedUses, haltedTests, wrongImports } from './support/tidy/source-scan.js';

const GENERATED = 'src/wire/generated/';
const all = projectFiles(['.ts', '.mjs', '.md', '.proto', '.yml', '.json', 'Dockerfile', '/run']);
const code = all.filter(({ path }) => /\.(ts|mjs)$/.test(path) && !path.startsWith(GENERATED));
const product = code.filter(({ path }) => /^(src|shards)\//.test(path));
const documents = all.filter(({ path }) => path.endsWith('.md'));

/** A word list, one line long on purpose. */
const wordLists = new Set(['examples/quickstart/make-data/select-entries.ts']);

function textOf(path: string): string {
  return all.find((file) => file.path === path)?.text ?? '';
}

function violations(files: readonly ProjectFile[], rule: (file: ProjectFile) => Violation[]) {
  return report(files.flatMap(rule));
}

describe('code', () => {
  it('takes time and chance through their ports', () => {
    const files = product.filter(({ path }) => !systemAdapters.has(path));
    expect(violations(files, bannedUses)).toEqual([]);
  });

  it('depends one way, and on packages only in their adapters', () => {
    expect(violations(code, wrongImports)).toEqual([]);
  });

  it('keeps a table of packages that has every dependency once and nothing else', () => {
    const { dependencies, optionalDependencies } = JSON.parse(textOf('package.json'));
    const named = Object.keys({ ...dependencies, ...optionalDependencies });
    const inProduct = [...packageUsers.keys()].filter((name) => !developmentPackages.has(name));
    expect(inProduct.sort()).toEqual(named.sort());
  });

  it('has no file past 300 lines but those with a reason', () => {
    const tooLong = code.flatMap(({ path, text }) => {
      const lineCount = text.trimEnd().split('\n').length;
      const linesMax = longFiles.get(path)?.linesMax ?? FILE_LINES_MAX;
      const message = `has ${lineCount} lines, over ${linesMax}: split it by ideas`;
      return lineCount > linesMax ? [{ path, line: linesMax, message }] : [];
    });
    expect(report(tooLong)).toEqual([]);
  });

  it('gives reasons for long files only where there are such files', () => {
    const paths = new Set(code.map(({ path }) => path));
    expect([...longFiles.keys()].filter((path) => !paths.has(path))).toEqual([]);
  });

  it('names its files in kebab-case', () => {
    const misnamed = code.filter(({ path }) => !/^[a-z0-9./-]+$/.test(path));
    expect(misnamed.map(({ path }) => `${path} is not in kebab-case: rename it`)).toEqual([]);
  });

  it('leaves no test out in silence', () => {
    const tests = code.filter(({ path }) => path.startsWith('test/'));
    expect(violations(tests, haltedTests)).toEqual([]);
  });
});

describe('text', () => {
  const written = all.filter(
    ({ path }) => !path.startsWith(GENERATED) && !bannedTextExceptions.has(path),
  );

  it('leaves nothing unfinished and says nothing about how it was made', () => {
    const rule = (file: ProjectFile) =>
      bannedText.flatMap(({ pattern, instead }) =>
        scanLines(file, (line) => {
          const found = pattern.exec(line);
          return found === null ? undefined : `${found[0]} has no place here: ${instead}`;
        }),
      );
    expect(violations(written, rule)).toEqual([]);
  });

  it('fits in its columns, but for imports, tables, links and long strings', () => {
    const files = written.filter(
      ({ path }) => /\.(ts|mjs|proto|md)$/.test(path) && !wordLists.has(path),
    );
    const rule = (file: ProjectFile) => {
      const columnsMax = file.path.endsWith('.md') ? MARKDOWN_COLUMNS_MAX : LINE_COLUMNS_MAX;
      return scanLines(file, (line) => lineTooLong(line, columnsMax));
    };
    expect(violations(files, rule)).toEqual([]);
  });
});

function lineTooLong(line: string, columnsMax: number): string | undefined {
  const length = [...line].length;
  const cannotBreak =
    /[│┌└]|^\||^(?:import|export) |https?:\/\/\S{20}|\]\(\S+\)|(['"`]).{40,}\1/.test(line);
  if (length <= columnsMax || cannotBreak) return undefined;
  return `has ${length} columns, over ${columnsMax}: break it`;
}

describe('documents', () => {
  it('link only to files that exist', () => {
    const rule = (file: ProjectFile) =>
      scanLines(file, (line) => {
        const missing = relativeLinks(line).find(
          (link) => !fileExists(posix.join(posix.dirname(file.path), link)),
        );
        return missing === undefined ? undefined : `links to ${missing}, which does not exist`;
      });
    expect(violations(documents, rule)).toEqual([]);
  });

  it('name for every failure mode a test that exists', () => {
    const rows = textOf('docs/failure-modes.md')
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2);
    expect(rows.length).toBeGreaterThan(20);
    const wrong = rows.flatMap((row) => {
      const [, fault = '', , , tests = ''] = row.split('|');
      const paths = [...tests.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path as string);
      const missing = paths.filter((path) => !fileExists(path));
      if (paths.length > 0 && missing.length === 0) return [];
      return [`${fault.trim()}: ${paths.length === 0 ? 'no test' : missing.join()}`];
    });
    expect(wrong).toEqual([]);
  });

  it('explain every reason of an error, once, in docs/errors.md', () => {
    const reasons = quotedNames(/export type ErrorReason =([^;]+);/, textOf('src/base/errors.ts'));
    expect(reasons.length).toBeGreaterThan(10);
    const explained = [...textOf('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
      ([, reason]) => reason as string,
    );
    expect(explained).toEqual(reasons.sort());
  });

  it('explain every metric, once, in docs/operations.md', () => {
    const names = new Set(
      product.flatMap(({ text }) =>
        [...text.matchAll(/'(annulus_[a-z0-9_]+)'/g)].map(([, name]) => name as string),
      ),
    );
    // Metrics are documented with the operations guide: the rule begins to count when it is there.
    const guide = textOf('docs/operations.md');
    const wrong = [...names].filter((name) => countOf(guide, `\`${name}\``) === 0);
    expect(guide === '' ? [] : wrong.map((name) => `${name} is not documented`)).toEqual([]);
  });
});

/** Targets of Markdown links without scheme or anchor; inline code is not looked at. */
function relativeLinks(line: string): string[] {
  const links = line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g);
  return [...links]
    .map(([, target]) => (target as string).split('#', 1)[0] as string)
    .filter((target) => target !== '' && !/^[a-z]+:/i.test(target));
}

function quotedNames(block: RegExp, text: string): string[] {
  const body = block.exec(text)?.[1] ?? '';
  return [...body.matchAll(/'([A-Z_]+)'/g)].map(([, name]) => name as string);
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}
