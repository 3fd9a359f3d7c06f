/**
 * Scenarios of one partition's write: each file in `write-acks/` is an intent, a script of
 * events, and after each the effects that must follow. `npx vitest -u` rewrites the effects; read the
 * difference before you commit it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runWriteScript } from './write-acks-script.js';

const folder = new URL('./write-acks/', import.meta.url);

describe('write-acks', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
    it(name.replace('.txt', '').replaceAll('-', ' '), async () => {
      const file = new URL(name, folder);
      const transcript = runWriteScript(readFileSync(file, 'utf8'));
      await expect(transcript).toMatchFileSnapshot(file.pathname);
    });
  }
});
