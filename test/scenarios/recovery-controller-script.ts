/**
 * Runs a scenario of the recovery controller and gives it back with the actions filled in. Lines:
 *
 *   # text                       intent, kept as it is
 *   > partition 1 a b ~c         in sync; ~ recovering; in generation 1
 *   > partition 3 a ~b<a !c<a    ... copying from a; ! writes wait for it; in generation 3
 *   > a is away                  its node; `is back`
 *   > a has load 5
 *   > a is corrupt               its replicas; or missing, loading, open
 *   > c is equal in 3            how far its recovery is, in which generation; or copying, waiting
 *   > c is stuck in 3            ... copying, for too many rounds without progress
 *   > 200 decide                 at 200 ms
 *
 * Partitions are numbered as they come. Everybody is up, open and idle unless said otherwise; what is
 * decided is not carried out. Two copies at a time per node, 500 ms between two starts, 8 idle rounds.
 */
import { collectionId, type NodeId, nodeId } from '../../src/base/ids.js';
import {
  decideRecovery,
  defaultRecoveryOptions,
  type NodeView,
  type RecoveryAction,
  refKey,
} from '../../src/coordinator/replication/recovery-controller.js';
import {
  makeTopology,
  type PartitionEntry,
  type ReplicaEntry,
} from '../../src/coordinator/topology/topology.js';
import type {
  RecoveryReport,
  ReplicaCondition,
  ReplicaReport,
} from '../../src/wire/link-messages.js';

const COLLECTION = collectionId('c0ffee');
const conditions: readonly string[] = ['open', 'loading', 'missing', 'corrupt'];

export function runRecoveryScript(script: string): string {
  const world = new World();
  const lines: string[] = [];
  for (const line of script.split('\n')) {
    if (line.startsWith('#') || line.trim() === '') lines.push(line);
    else if (line.startsWith('> ')) lines.push(line, ...world.run(line.slice(2)));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

class World {
  readonly #partitions: PartitionEntry[] = [];
  readonly #away = new Set<string>();
  readonly #loads = new Map<string, number>();
  readonly #conditions = new Map<string, ReplicaCondition>();
  readonly #recoveries = new Map<string, RecoveryReport>();
  readonly #startedOverAtMs = new Map<string, number>();

  run(command: string): string[] {
    const [first = '', verb = '', what = '', ...rest] = command.split(' ');
    if (verb === 'decide') return this.#decide(Number(first));
    if (first === 'partition') this.#add(Number(verb), [what, ...rest]);
    else if (verb === 'has') this.#loads.set(first, Number(rest[0]));
    else if (what === 'away') this.#away.add(first);
    else if (what === 'back') this.#away.delete(first);
    else if (conditions.includes(what)) this.#conditions.set(first, what as ReplicaCondition);
    else this.#recoveries.set(first, recovery(what, Number(rest[1])));
    return [];
  }

  #add(generation: number, words: string[]): void {
    const replicas = words.map((word): ReplicaEntry => {
      const [, mark = '', name = '', source] = /^([~!]?)(\w+)(?:<(\w+))?$/.exec(word) ?? [];
      return {
        nodeId: nodeId(name),
        state: mark === '' ? 'in_sync' : 'recovering',
        ...(source === undefined ? {} : { source: nodeId(source) }),
        ...(mark === '!' ? { isAwaited: true as const } : {}),
      };
    });
    this.#partitions.push({ generation, replicas });
  }

  #decide(nowMs: number): string[] {
    const collection = {
      ...{ id: COLLECTION, name: 'docs', state: 'ready' as const, dimension: 2 },
      ...{ metric: 'l2' as const, m: 16, efConstruction: 100, replicationFactor: 3 },
      ...{ minInSync: 2, partitions: this.#partitions, createdAtMs: 0 },
    };
    const topology = makeTopology('cluster', 1, [], [collection]);
    const memory = { startedOverAtMs: this.#startedOverAtMs };
    const view = (id: NodeId) => this.#view(id);
    const actions = decideRecovery(topology, view, memory, nowMs, defaultRecoveryOptions);
    for (const { kind, ref } of actions) {
      if (kind === 'start_over') this.#startedOverAtMs.set(refKey(ref), nowMs);
    }
    return actions.length === 0 ? ['  nothing'] : actions.map((action) => `  ${describe(action)}`);
  }

  #view(id: NodeId): NodeView {
    return {
      isUp: !this.#away.has(id),
      load: this.#loads.get(id) ?? 0,
      report: ({ collectionId: collection, partition }): ReplicaReport => {
        const found = this.#recoveries.get(id);
        return {
          ...{ collection, partition, documentCount: 0, detail: '' },
          condition: this.#conditions.get(id) ?? 'open',
          ...(found === undefined ? {} : { recovery: found }),
        };
      },
    };
  }
}

function recovery(what: string, generation: number): RecoveryReport {
  const isStuck = what === 'stuck';
  return {
    generation,
    phase: isStuck ? 'copying' : (what as RecoveryReport['phase']),
    rowCount: 0,
    byteCount: 0,
    idleRoundCount: isStuck ? defaultRecoveryOptions.idleRoundsMax : 0,
  };
}

function describe(action: RecoveryAction): string {
  const { partition, nodeId: on } = action.ref;
  const which = `${on} of partition ${partition}`;
  switch (action.kind) {
    case 'evict':
      return `take ${which} out: ${action.reason}`;
    case 'set_source':
      return `${which} copies from ${action.source ?? 'nobody'}`;
    case 'await':
      return `writes wait for ${which} after generation ${action.generation}`;
    case 'promote':
      return `put ${which} in sync after generation ${action.generation}`;
    case 'start_over':
      return `${which} starts over after generation ${action.generation}: ${action.reason}`;
  }
}
