/**
 * Scenarios of what becomes of replicas that are not in sync, or should not be: each file in
 * `recovery-controller/` is an intent, what is the case, and the actions that must follow.
 * `npx vitest -u` rewrites the actions; read the difference before you commit it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runRecoveryScript } from './recovery-controller-script.js';

const folder = new URL('./recovery-controller/', import.meta.url);

describe('recovery-controller', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
    it(name.replace('.txt', '').replaceAll('-', ' '), async () => {
      const file = new URL(name, folder);
      const transcript = runRecoveryScript(readFileSync(file, 'utf8'));
      await expect(transcript).toMatchFileSnapshot(file.pathname);
    });
  }
});
