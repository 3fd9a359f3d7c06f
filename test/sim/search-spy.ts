/**
 * What really reached the coordinator for each search, seen at its links: which partitions answered,
 * with how many documents, and which calls are still under way.
 */
import type { CollectionId, Partition } from '../../src/base/ids.js';
import type { Coordinator } from '../../src/coordinator/coordinator.js';
import type {
  LinkCall,
  LinkOutcome,
  ShardLink,
} from '../../src/coordinator/transport/shard-link.js';
import type { LinkRequest, SearchCall } from '../../src/wire/link-messages.js';
import { decodeWriteOps } from '../../src/wire/write-ops-codec.js';
import { checkAsked } from './checkers/fencing.js';
import type { History } from './history.js';
import type { Violations } from './violations.js';

export interface SeenSearch {
  topK: number;
  /** By partition: documents, as the first answer to the last question said. */
  answered: Map<Partition, number>;
  /** Of those: as many hits as were asked for, and fewer than the search wants; there may be more. */
  short: Set<Partition>;
  /** By partition: hits that were asked for last. */
  asked: Map<Partition, number>;
  callsUnderWay: number;
  /** What was asked last: a split may put another collection in the place of the first. */
  collection: CollectionId | undefined;
}

export class SearchSpy {
  readonly #history: History;
  readonly #violations: Violations;
  readonly #coordinator: () => Coordinator | undefined;
  #probeCount = 0;
  /** A search is known by its vector, which no other shares. */
  readonly #seen = new Map<Float32Array, SeenSearch>();

  constructor(
    history: History,
    violations: Violations,
    coordinator: () => Coordinator | undefined,
  ) {
    this.#history = history;
    this.#violations = violations;
    this.#coordinator = coordinator;
  }

  watch(vector: Float32Array, topK: number): SeenSearch {
    const seen: SeenSearch = {
      topK,
      answered: new Map(),
      short: new Set(),
      asked: new Map(),
      callsUnderWay: 0,
      collection: undefined,
    };
    this.#seen.set(vector, seen);
    return seen;
  }

  forget(vector: Float32Array): void {
    this.#seen.delete(vector);
  }

  /** The link, watched. */
  over(link: ShardLink): ShardLink {
    return {
      get nodeId() {
        return link.nodeId;
      },
      get isConnected() {
        return link.isConnected;
      },
      get outstanding() {
        return link.outstanding;
      },
      send: (request, timeoutMs, done) => this.#send(link, request, timeoutMs, done),
      assign: (epoch, replicas) => link.assign(epoch, replicas),
      close: () => link.close(),
    };
  }

  #send(
    link: ShardLink,
    request: LinkRequest,
    timeoutMs: number,
    done: (outcome: LinkOutcome) => void,
  ): LinkCall {
    if (request.kind === 'write') {
      for (const { version, ops } of request.targets) {
        for (const op of decodeWriteOps(ops)) this.#history.stamped(op, version);
      }
    }
    if (this.#isProbe()) return link.send(request, timeoutMs, done);
    const topology = this.#coordinator()?.topology.current;
    checkAsked(this.#violations, topology, link.nodeId, request);
    if (request.kind !== 'search') return link.send(request, timeoutMs, done);
    const seen = this.#seen.get(request.vector);
    if (seen === undefined) return link.send(request, timeoutMs, done);
    noteQuestion(seen, request);
    seen.callsUnderWay += 1;
    return link.send(request, timeoutMs, (outcome) => {
      seen.callsUnderWay -= 1;
      if (outcome.status === 'ok' && outcome.reply.kind === 'search') {
        for (const { partition, status, documentCount, hits } of outcome.reply.targets) {
          if (seen.collection !== request.collection) continue;
          if (status !== 'ok' || seen.answered.has(partition)) continue;
          const asked = hitsAsked(request, partition);
          if (asked === undefined || seen.asked.get(partition) !== asked) continue;
          seen.answered.set(partition, documentCount);
          if (asked < seen.topK && hits.length >= asked) seen.short.add(partition);
        }
      }
      done(outcome);
    });
  }

  /** A copy of a read that nobody waits for: it was counted just before it was sent. */
  #isProbe(): boolean {
    const before = this.#probeCount;
    this.#probeCount = this.#coordinator()?.router.counters.probes ?? 0;
    return this.#probeCount > before;
  }
}

/** Asked again for more hits, a partition has not answered until it has answered that. */
function noteQuestion(seen: SeenSearch, request: SearchCall): void {
  if (seen.collection !== request.collection) {
    seen.collection = request.collection;
    seen.answered.clear();
    seen.short.clear();
    seen.asked.clear();
  }
  for (const { partition, k } of request.targets) {
    if (k > (seen.asked.get(partition) ?? k)) {
      seen.answered.delete(partition);
      seen.short.delete(partition);
    }
    seen.asked.set(partition, k);
  }
}

function hitsAsked(request: SearchCall, partition: Partition): number | undefined {
  return request.targets.find((target) => target.partition === partition)?.k;
}
