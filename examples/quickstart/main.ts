/**
 * The quickstart: a real cluster on this machine (one coordinator, three shard nodes, four
 * processes), real text with real embeddings, questions in plain words, and the recall of the
 * answers measured against exact search. `--keep` leaves the cluster running.
 */
import { AnnulusClient } from '../../src/client/index.js';
import { loadDocuments, type QuickstartDocument } from './dataset.js';
import { type DevCluster, startDevCluster } from './dev-cluster.js';
import { createTextEmbedder } from './embed-text.js';
import { killANode } from './kill-a-node.js';
import { measureLatency, measureRecall } from './measure.js';
import { SHOWCASE_QUESTIONS } from './questions.js';
import { createScreen, type Screen } from './screen.js';

const COLLECTION = 'wordnet';
const SHARDS = 3;
const HITS_SHOWN = 3;
const RECALL_QUERIES = 200;

async function main(): Promise<void> {
  const keep = process.argv.includes('--keep');
  const screen = createScreen(process.stdout);
  screen.title('Annulus quickstart');
  const cluster = await screen.step(
    `starting a coordinator and ${SHARDS} shard nodes, each a process of its own`,
    () => startDevCluster(SHARDS, keep),
    ({ address, nodes }) => `coordinator ${address} and ${nodes.length} shard nodes are up`,
  );
  const client = new AnnulusClient({ address: cluster.address });
  try {
    const documents = await load(client, screen);
    await ask(client, screen);
    const queries = sample(documents);
    await measure(client, screen, queries);
    await survive(client, screen, cluster, queries);
    whatNext(screen, cluster, keep);
  } finally {
    await client.close();
    if (keep) cluster.release();
    else await cluster.stop();
  }
}

async function load(client: AnnulusClient, screen: Screen): Promise<QuickstartDocument[]> {
  const documents = loadDocuments();
  const startMs = performance.now();
  await screen.step(
    `loading ${count(documents.length)} definitions from WordNet`,
    async (progress) => {
      const known = await client.listCollections();
      if (known.some(({ name }) => name === COLLECTION)) await client.dropCollection(COLLECTION);
      await client.createCollection({ name: COLLECTION, dimension: 100, metric: 'cosine' });
      await client.upsertMany(
        COLLECTION,
        documents.map(({ id, vector, text, metadata }) => ({
          id,
          vector,
          text,
          metadata: { ...metadata },
        })),
        { failureCountMax: 0, onProgress: ({ upserted }) => progress(upserted / documents.length) },
      );
    },
    () => {
      const perSecond = documents.length / ((performance.now() - startMs) / 1_000);
      return (
        `${count(documents.length)} definitions from WordNet, durable on all ${SHARDS} nodes ` +
        `(${count(perSecond)} a second)`
      );
    },
  );
  return documents;
}

async function ask(client: AnnulusClient, screen: Screen): Promise<void> {
  const embed = createTextEmbedder();
  for (const question of SHOWCASE_QUESTIONS) {
    const startMs = performance.now();
    const { hits, coverage, explain } = await client.search(COLLECTION, {
      vector: embed(question.text),
      topK: HITS_SHOWN,
      includeText: true,
      explain: true,
    });
    const tookMs = performance.now() - startMs;
    screen.question(question.text);
    for (const { score, text } of hits) screen.hit(score, text ?? '');
    const answered = (explain?.attempts ?? [])
      .filter(({ outcome }) => outcome === 'ok')
      .map(({ nodeId, partitions }) => `${nodeId} (${partitions.join(', ')})`);
    screen.note(
      `${tookMs.toFixed(1)} ms, from partitions of ${answered.join(' + ')}; ` +
        `${coverage.partitionsSearched}/${coverage.partitionsTotal} partitions, ` +
        `${count(coverage.documentsSearched)} documents covered`,
    );
  }
}

async function measure(
  client: AnnulusClient,
  screen: Screen,
  queries: readonly Float32Array[],
): Promise<void> {
  screen.gap();
  await screen.step(
    'measuring recall against exact search',
    (progress) => measureRecall(client, COLLECTION, queries, progress),
    (recall) =>
      `recall@10 ${recall.toFixed(3)} against exact search, over ${queries.length} queries`,
  );
  await screen.step(
    'measuring latency',
    () => measureLatency(client, COLLECTION, queries),
    ({ p50Ms, p99Ms, perSecond }) =>
      `p50 ${p50Ms.toFixed(2)} ms and p99 ${p99Ms.toFixed(2)} ms one at a time; ` +
      `${count(perSecond)} searches a second at concurrency 32`,
  );
}

async function survive(
  client: AnnulusClient,
  screen: Screen,
  cluster: DevCluster,
  queries: readonly Float32Array[],
): Promise<void> {
  await screen.step(
    'killing a shard node in the middle of a stream of searches',
    () => killANode(client, COLLECTION, cluster, queries),
    ({ nodeId, searches, failed, failure, backAfterMs, slowestMs }) =>
      `${nodeId} killed (SIGKILL) in the middle of ${count(searches)} searches: ` +
      `${failed} failed${failure === undefined ? '' : ` (${failure})`}, ` +
      `slowest ${slowestMs.toFixed(0)} ms, back after ${(backAfterMs / 1_000).toFixed(1)} s`,
  );
}

/** Evenly spread documents as queries. */
function sample(documents: readonly QuickstartDocument[]): Float32Array[] {
  const step = Math.floor(documents.length / RECALL_QUERIES);
  return documents.filter((_, i) => i % step === 0).map(({ vector }) => vector);
}

function whatNext(screen: Screen, cluster: DevCluster, keep: boolean): void {
  screen.heading('What to try next');
  const cli = 'npx annulus';
  const { address } = cluster;
  const flag = address === '127.0.0.1:7700' ? '' : ` --address ${address}`;
  if (keep) {
    screen.command(`${cli} status${flag}`, 'nodes, replicas, collections');
    screen.command(`${cli} get wn-04429007-n --collection ${COLLECTION}${flag}`, 'one document');
    screen.command(`${cli} topology${flag}`, 'which node holds which partition');
    screen.command(`kill ${cluster.pid}`, 'stops the cluster');
    screen.note(`data and cluster.log in ${cluster.dataDirectory}`);
  } else {
    screen.command('npm run quickstart -- --keep', 'the same, and leaves the cluster running');
    screen.command(`${cli} dev --data ./data`, 'a cluster of your own, with data that stays');
    screen.command(`${cli} --help`, 'everything else; README.md shows the SDK');
  }
}

function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

main().catch((error: unknown) => {
  process.stderr.write(`\nquickstart failed: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
