/**
 * A coordinator gone astray: it goes on sending writes of the generation before the one that a node is
 * known to be in. Every node must refuse each of them. They are stamped with versions from the future
 * and go to documents of the ledger, so that one that was taken would show there for ever.
 */
import { partitionOf } from '../../src/base/hash64.js';
import type { NodeId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { randomInt } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import { systemRandom } from '../../src/base/system-random.js';
import { makeVersion } from '../../src/base/version.js';
import { EtcdTopologyStore } from '../../src/coordinator/topology/etcd-topology-store.js';
import type { CollectionEntry, Topology } from '../../src/coordinator/topology/topology.js';
import { GrpcShardLink } from '../../src/coordinator/transport/grpc-shard-link.js';
import type { LinkOutcome } from '../../src/coordinator/transport/shard-link.js';
import type { LinkRequest } from '../../src/wire/link-messages.js';
import { packVector } from '../../src/wire/vector-codec.js';
import { encodeWriteOps } from '../../src/wire/write-ops-codec.js';

export interface StaleCounts {
  refused: number;
  accepted: number;
}

const PAUSE_MS = 20;
const LOOK_EVERY = 10;
const CALL_TIMEOUT_MS = 2_000;
const AHEAD_MS = 3_600_000;

export class StaleWriter {
  readonly counts: StaleCounts = { refused: 0, accepted: 0 };
  readonly #store: EtcdTopologyStore;
  readonly #ids: readonly string[];
  readonly #links = new Map<string, GrpcShardLink>();
  /** By node and partition: the newest generation in which the node has answered a read. */
  readonly #known = new Map<string, number>();
  #topology: Topology | undefined;
  #isStopped = false;
  readonly #running: Promise<void>;

  private constructor(store: EtcdTopologyStore, ids: readonly string[]) {
    this.#store = store;
    this.#ids = ids;
    this.#running = this.#run();
  }

  static async start(endpoint: string, ids: readonly string[]): Promise<StaleWriter> {
    const options = { endpoints: [endpoint], prefix: '/annulus/' };
    const parts = { clock: systemClock, random: systemRandom, holder: 'stale-writer' };
    return new StaleWriter(await EtcdTopologyStore.open(options, parts), ids);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    for (const link of this.#links.values()) link.close();
    await this.#store.close();
  }

  async #run(): Promise<void> {
    for (let i = 0; !this.#isStopped; i += 1) {
      // While etcd is away it goes on with what it knows, as coordinators do.
      if (i % LOOK_EVERY === 0) {
        this.#topology = await this.#store.load().catch(() => this.#topology);
      }
      const collection = [...(this.#topology?.collections.values() ?? [])][0];
      if (collection?.state === 'ready') await this.#try(collection);
      await new Promise<void>((resolve) => systemClock.setTimer(PAUSE_MS, resolve));
    }
  }

  async #try(collection: CollectionEntry): Promise<void> {
    const id = this.#ids[randomInt(systemRandom, this.#ids.length)] as string;
    const partition = partitionOf(id, collection.partitions.length);
    const { generation, replicas } = collection.partitions[partition] ?? { replicas: [] };
    const inSync = replicas.filter(({ state }) => state === 'in_sync');
    const replica = inSync[randomInt(systemRandom, Math.max(1, inSync.length))];
    if (replica === undefined || generation === undefined) return;
    const key = `${replica.nodeId}/${partition}`;
    const targets = [{ partition, generation }];
    const read = await this.#send(replica.nodeId, {
      ...{ kind: 'count', collection: collection.id, targets },
    });
    if (statusOf(read) === 'ok') this.#known.set(key, generation);
    const stale = (this.#known.get(key) ?? 0) - 1;
    if (stale < 1) return;
    const written = await this.#send(replica.nodeId, {
      ...{ kind: 'write', collection: collection.id },
      targets: [{ partition, generation: stale, ...this.#write(id, collection.dimension) }],
    });
    const status = statusOf(written);
    if (status === 'ok') this.counts.accepted += 1;
    if (status === 'stale_generation') this.counts.refused += 1;
  }

  #write(id: string, dimension: number) {
    const vector = packVector(new Float32Array(dimension));
    const text = new TextEncoder().encode('stale');
    const ops = encodeWriteOps([{ kind: 'upsert', id, vector, text, metadata: new Uint8Array() }]);
    return { version: makeVersion(systemClock.wallMs() + AHEAD_MS, 0, 0), ops };
  }

  #send(nodeId: NodeId, request: LinkRequest): Promise<LinkOutcome> {
    const link = this.#linkTo(nodeId);
    return new Promise((resolve) => {
      if (link === undefined) {
        resolve({ status: 'unavailable', detail: 'no such node', retryAfterMs: 0 });
      } else link.send(request, CALL_TIMEOUT_MS, resolve);
    });
  }

  #linkTo(nodeId: NodeId): GrpcShardLink | undefined {
    const address = this.#topology?.nodes.get(nodeId)?.address;
    const clusterId = this.#topology?.clusterId;
    if (address === undefined || clusterId === undefined) return undefined;
    let link = this.#links.get(address);
    if (link === undefined) {
      const observer = { onConnected() {}, onDisconnected() {} };
      const parts = { clock: systemClock, random: systemRandom, logger: silentLogger, observer };
      link = new GrpcShardLink({ address, nodeId, clusterId }, parts);
      this.#links.set(address, link);
    }
    return link;
  }
}

/** Of the one target. */
function statusOf(outcome: LinkOutcome): string {
  if (outcome.status !== 'ok') return outcome.status;
  const { reply } = outcome;
  return reply.kind === 'count' || reply.kind === 'write'
    ? (reply.targets[0]?.status ?? 'none')
    : reply.kind;
}
