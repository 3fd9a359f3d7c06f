/**
 * Shard nodes killed while documents are written, in small: `npm run bench -- crash-ingest` kills 50.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { runCrashIngest } from '../../bench/crash-ingest/run-crash-ingest.js';

const KILLS = 3;
let cluster: ProcessCluster;

beforeAll(async () => {
  cluster = await ProcessCluster.start({ shards: 3 });
});

afterAll(() => cluster.stop());

it('loses no acknowledged write, and invents none, when nodes are killed', async () => {
  const options = { killCount: KILLS, seed: 11, onKill: () => {} };
  const { kills, problems } = await runCrashIngest(cluster, options);
  expect(problems).toEqual([]);
  expect(kills.length).toBe(KILLS);
}, 120_000);
