// Finds `examples/quickstart/data` from the source file and from the compiled copy under `dist`
// alike: it is looked up from the nearest package.json, and the build does not copy it.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function dataDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error('no package.json above the quickstart example');
    directory = parent;
  }
  return join(directory, 'examples', 'quickstart', 'data');
}
