/** What the README tells people to type does what it says. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { cliPath } from '../../bench/cluster/server-process.js';

const run = promisify(execFile);
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
/** Inside the package, so that `annulus/client` means this very package. */
const folder = join(dirname(cliPath), '..', '..', 'readme-snippets');
let cluster: ProcessCluster;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  cluster = await ProcessCluster.start({ shards: 3 });
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await cluster.stop();
});

/** The fenced blocks of a language that contain `marker`. */
function blockWith(language: string, marker: string): string {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))];
  const found = blocks.map((match) => match[1] as string).find((text) => text.includes(marker));
  if (found === undefined) throw new Error(`no ${language || 'plain'} block with ${marker}`);
  return found;
}

describe('README', () => {
  it('its TypeScript runs as it stands', async () => {
    const snippet = join(folder, 'snippet.mjs');
    const text = blockWith('ts', 'AnnulusClient').replace('127.0.0.1:7700', cluster.address);
    writeFileSync(snippet, text);
    const { stdout } = await run(process.execPath, [snippet]);
    expect(stdout).toMatch(/^a 0\.99\d+ 1\n$/);
    await cluster.client.dropCollection('docs');
  });

  it('its commands do what they say', async () => {
    const commands = blockWith('', 'annulus dev')
      .split('\n')
      .filter((line) => line.includes('annulus') && !line.includes('annulus dev'));
    expect(commands.length).toBeGreaterThanOrEqual(4);
    const answers: string[] = [];
    for (const command of commands) {
      const line = command.replaceAll('npx annulus', `${process.execPath} ${cliPath}`);
      const env = { ...process.env, ANNULUS_ADDRESS: cluster.address };
      answers.push((await run('sh', ['-c', line], { env })).stdout);
    }
    expect(JSON.parse(answers[1] as string)).toMatchObject({ upserted: 1 });
    expect(JSON.parse(answers[2] as string)).toMatchObject({ hits: [{ id: 'a', text: 'east' }] });
    expect(JSON.parse(answers[3] as string)).toMatchObject({ nodes: [{}, {}, {}] });
  });

  it('names no command that the command line does not have', async () => {
    const { stdout } = await run(process.execPath, [cliPath, '--help']);
    const named = [...readme.matchAll(/(?:npx )?annulus ([a-z]+) /g)].map((match) => match[1]);
    for (const name of new Set(named)) {
      if (['is', 'spreads', 'stores'].includes(name as string)) continue;
      expect(stdout).toContain(`  ${name} `);
    }
  });
});
