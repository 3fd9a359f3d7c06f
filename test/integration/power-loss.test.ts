/** Power losses of a real node's disk, in small; `npm run power-loss` makes thousands of them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { plants } from '../power-loss/plants.js';
import { whyNoRecording } from '../power-loss/recording.js';

const reason = whyNoRecording();
if (reason !== undefined) console.warn(`power losses are left out: ${reason}`);

async function powerLoss(...args: string[]): Promise<string> {
  const main = 'dist/test/power-loss/main.js';
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args]);
  return stdout;
}

describe('a node whose power fails', () => {
  it.skipIf(reason !== undefined)('has everything that it acknowledged, and opens', async () => {
    const printed = await powerLoss('--states', '100', '--seed', '7');
    expect(printed).toContain(
      '100 power-loss states: 0 with acknowledged writes lost, 0 that cannot be opened, ' +
        '0 otherwise wrong',
    );
  });

  it.skipIf(reason !== undefined).each(plants)(
    'and that has the planted bug %s is found out',
    async (plant) => {
      const size = ['--rounds', '120', '--states', '60'];
      const printed = await powerLoss(...size, '--seed', '7', '--plant', plant);
      expect(printed).toContain(`planted ${plant}: caught`);
    },
  );
});
