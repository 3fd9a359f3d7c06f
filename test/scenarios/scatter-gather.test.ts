/**
 * Scenarios of the scatter-gather machine: each file in `scatter-gather/` is an intent, a script of
 * events, and after each the effects that must follow. `npx vitest -u` rewrites the effects; read the
 * difference before you commit it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runScript } from './scatter-gather-script.js';

const folder = new URL('./scatter-gather/', import.meta.url);

describe('scatter-gather', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
    it(name.replace('.txt', '').replaceAll('-', ' '), async () => {
      const file = new URL(name, folder);
      const transcript = runScript(readFileSync(file, 'utf8'));
      await expect(transcript).toMatchFileSnapshot(file.pathname);
    });
  }
});
