import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot: string = fileURLToPath(new URL('../../../', import.meta.url));

/** Where a rule is broken, and what to do instead; printed as `path:line message`. */
export interface Violation {
  path: string;
  line: number;
  message: string;
}

export interface ProjectFile {
  /** Relative to the checkout, with forward slashes. */
  path: string;
  text: string;
}

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'coverage', '.git', '.cache', 'results']);

/** Every file that is ours and is text, sorted by path. Works without git, as in an archive. */
export function projectFiles(extensions: readonly string[]): ProjectFile[] {
  return pathsUnder('')
    .filter((path) => extensions.some((extension) => path.endsWith(extension)))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') }));
}

function pathsUnder(folder: string): string[] {
  return readdirSync(join(projectRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : pathsUnder(path);
    return entry.isFile() ? [path] : [];
  });
}

export function fileExists(path: string): boolean {
  return existsSync(join(projectRoot, path));
}

/** Violations of a rule that looks at one line at a time. */
export function scanLines(
  file: ProjectFile,
  check: (line: string, index: number) => string | undefined,
): Violation[] {
  return file.text.split('\n').flatMap((text, index) => {
    const message = check(text, index);
    return message === undefined ? [] : [{ path: file.path, line: index + 1, message }];
  });
}

export function report(violations: readonly Violation[]): string[] {
  return violations.map(({ path, line, message }) => `${path}:${line} ${message}`);
}
