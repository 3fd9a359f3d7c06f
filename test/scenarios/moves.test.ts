/**
 * Scenarios of moves: each file in `moves/` is an intent, a script of events, and the controller's
 * steps that must follow. `npx vitest -u` rewrites the steps; read the difference before you commit it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runMovesScript } from './moves-script.js';

const folder = new URL('./moves/', import.meta.url);

describe('moves', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
    it(name.replace('.txt', '').replaceAll('-', ' '), async () => {
      const file = new URL(name, folder);
      const transcript = runMovesScript(readFileSync(file, 'utf8'));
      await expect(transcript).toMatchFileSnapshot(file.pathname);
    });
  }
});
