import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { UsageError } from './options.js';

export interface ConfigFile {
  path: string;
  values: ReadonlyMap<string, unknown>;
}

/** Reads a YAML file of options, named like their flags. Throws a `UsageError` with one line. */
export function readConfigFile(path: string, knownKeys: ReadonlySet<string>): ConfigFile {
  return parseConfig(path, readText(path), knownKeys);
}

export function parseConfig(
  path: string,
  text: string,
  knownKeys: ReadonlySet<string>,
): ConfigFile {
  const document = parseDocument(text, { prettyErrors: true });
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new UsageError(`${path} is not valid YAML: ${problem.message.split('\n')[0]}`);
  }
  const content: unknown = document.toJS({ mapAsMap: true, maxAliasCount: 0 });
  if (content === null || content === undefined) return { path, values: new Map() };
  if (!(content instanceof Map)) {
    throw new UsageError(`${path} must hold options as "name: value" lines`);
  }
  for (const key of content.keys()) {
    if (typeof key !== 'string' || !knownKeys.has(key)) {
      throw new UsageError(`${path} has the unknown option ${JSON.stringify(key)}`);
    }
  }
  return { path, values: content };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the configuration: ${(error as Error).message}`);
  }
}
