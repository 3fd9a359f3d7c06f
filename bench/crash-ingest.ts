/**
 * `npm run bench -- crash-ingest [--kills N] [--shards N] [--seed N] [--json FILE]`: SIGKILL of shard
 * nodes at random moments while documents are written, by default 50 times. After each restart every
 * acknowledged document must be there with its vector, text, metadata and version, deleted ones gone,
 * and nothing there that was never sent. Exit code 1 when not, and when there was too little traffic
 * to prove anything.
 */
import { ProcessCluster } from './cluster/process-cluster.js';
import { jsonOption, programOptions } from './commands/program-options.js';
import { runCrashIngest } from './crash-ingest/run-crash-ingest.js';
import { machineLine, median, writeJson } from './report/run-report.js';
import { count } from './suites/common-options.js';

const args = programOptions('npm run bench -- crash-ingest', [
  count('kills', 50, 1, 10_000, 'How often a node is killed.'),
  count('shards', 3, 1, 16, 'Shard nodes.'),
  count('seed', 1, 0, 0xffff_ffff, 'Of everything drawn by chance.'),
  jsonOption,
]);
const PROBLEMS_SHOWN = 20;
const machine = machineLine();
console.log(machine);

const cluster = await ProcessCluster.start({ shards: args.integer('shards') });
try {
  let killed = 0;
  const result = await runCrashIngest(cluster, {
    killCount: args.integer('kills'),
    seed: args.integer('seed'),
    onKill: (kill) => {
      killed += 1;
      const { nodeId, acknowledgedBefore, acknowledgedAfter, downMs, documentCount } = kill;
      console.log(
        `${String(killed).padStart(3)}  ${nodeId}  ${acknowledgedBefore} + ${acknowledgedAfter} ` +
          `acknowledged, down ${downMs.toFixed(0)} ms, ${documentCount} documents compared, ` +
          `${kill.violations.length} violations`,
      );
    },
  });
  const { kills, problems, acknowledgedCount, failedAttemptCount } = result;
  const downMs = median(kills.map((kill) => kill.downMs));
  console.log(
    `${kills.length} kills, ${acknowledgedCount} writes acknowledged, ${failedAttemptCount} seen to fail ` +
      `and resent, median time down ${downMs.toFixed(0)} ms`,
  );
  for (const problem of problems.slice(0, PROBLEMS_SHOWN)) console.log(problem);
  console.log(problems.length === 0 ? 'PASS' : `FAIL, ${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
  writeJson(args.optionalText('json'), machine, result);
} finally {
  await cluster.stop();
}
