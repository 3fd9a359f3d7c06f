/**
 * After the last fault: every replica must come back in sync and be equal to the others, by itself and
 * within a bound; all work must be let go of; and what silently differs must be found and healed.
 */
import { replicaName } from '../../shards/replica-set.js';
import { partitionOf } from '../../src/base/hash64.js';
import { checkLeftovers, leftovers } from './checkers/leftovers.js';
import { differences, recoveringIn } from './checkers/replica-digests.js';
import { intBetween, seedStream } from './seed-streams.js';
import type { SimCluster } from './sim-cluster.js';

/** A recovery may have to wait for a timeout or two, and then for its turn. */
const IN_SYNC_MS_MAX = 120_000;
const STEP_MS = 200;
/** Far less than the deadlines of the requests that have just ended. */
const QUIET_MS_MAX = 3_000;

/** Every replica is in sync. */
export async function untilInSync(cluster: SimCluster): Promise<void> {
  const recovering = () => recoveringIn(cluster.storedTopology);
  if (await cluster.passes(() => recovering().length === 0, IN_SYNC_MS_MAX, STEP_MS)) return;
  cluster.violations.add('every replica comes back in sync', recovering().join(', '));
}

/** Replicas are equal: at once, or when the next comparison has healed them. */
export async function untilEqual(cluster: SimCluster): Promise<void> {
  const isOver = () => differences(cluster).length === 0;
  const limitMs = 3 * cluster.plan.cluster.comparisonIntervalMs + 20_000;
  if (await cluster.passes(isOver, limitMs, STEP_MS)) return;
  cluster.violations.add('replicas are equal at rest', differences(cluster).join('; '));
}

/** Heartbeats and comparisons are calls too, but nobody's. */
export async function untilQuiet(cluster: SimCluster): Promise<void> {
  await cluster.passes(() => leftovers(cluster).length === 0, QUIET_MS_MAX, 1);
  checkLeftovers(cluster);
}

/** One replica quietly loses a document: nothing reports it, so the comparison must find it. */
export async function healDivergence(cluster: SimCluster): Promise<void> {
  const { coordinator, history, nodes, log, plan } = cluster;
  if (coordinator === undefined) return;
  const random = seedStream(plan.seed, 'divergence');
  const { id: collection, partitions } = cluster.collection(coordinator);
  const ids = history.ids();
  const id = ids[intBetween(random, 0, ids.length - 1)];
  if (id === undefined) return;
  const partition = partitionOf(id, partitions.length);
  const replicas = partitions[partition]?.replicas ?? [];
  if (replicas.length < 2) return;
  const nodeId = replicas[intBetween(random, 0, replicas.length - 1)]?.nodeId;
  const node = nodes.find((known) => known.nodeId === nodeId);
  log.add(`${nodeId} quietly loses ${id}`);
  node?.disks.disk(replicaName(collection, partition))?.forget(id);
  await untilEqual(cluster);
}
