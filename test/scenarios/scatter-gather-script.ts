/**
 * Runs a scenario script and gives it back with the effects filled in. Lines:
 *
 *   # text                     intent, kept as it is
 *   > read 0@a,b 1@b,c         partitions and the nodes whose replicas may answer
 *   > deadline 100             in ms; the script begins at 0
 *   > hedge a=20 b=20          hedge delay of nodes, ms; others are not hedged
 *   > budget 1                 retries and hedges allowed; unlimited unless said
 *   > away c                   nodes that cannot be picked
 *   > back c                   nodes that can be picked again
 *   > start
 *   > 5 ok 1                   at 5 ms attempt 1 answers all of its partitions
 *   > 5 ok 1 except 0=corrupt  ... but for some
 *   > 5 fail 1 unavailable
 *   > 20 hedge 1               the hedge timer of attempt 1 fires
 *   > 100 deadline             the deadline timer fires
 *   > 7 cancel                 the caller is gone
 *
 * The picker takes the node with the fewest partitions planned, the first named among equals.
 */
import type { PartStatus } from '../../src/base/errors.js';
import { type NodeId, nodeId } from '../../src/base/ids.js';
import { ScatterGather } from '../../src/coordinator/search/scatter-gather.js';
import type {
  Attempt,
  PartitionRead,
  PartitionReply,
  ScatterGatherEffect,
  ScatterGatherView,
} from '../../src/coordinator/search/scatter-gather-port.js';

export function runScript(script: string): string {
  const world = new World();
  const lines: string[] = [];
  for (const line of script.split('\n')) {
    if (line.startsWith('#') || line.trim() === '') lines.push(line);
    else if (line.startsWith('> ')) lines.push(line, ...world.run(line.slice(2)));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

class World implements ScatterGatherView {
  #reads: PartitionRead[] = [];
  #deadlineAtMs = 100;
  #budget = Number.POSITIVE_INFINITY;
  readonly #hedgeDelays = new Map<string, number>();
  readonly #away = new Set<string>();
  readonly #attempts = new Map<number, Attempt>();
  #machine: ScatterGather<PartitionReply> | undefined;

  run(command: string): string[] {
    const words = command.split(' ');
    switch (words[0]) {
      case 'read':
        this.#reads = words.slice(1).map(parseRead);
        return [];
      case 'deadline':
        this.#deadlineAtMs = Number(words[1]);
        return [];
      case 'hedge':
        for (const [name, ms] of words.slice(1).map((word) => word.split('='))) {
          this.#hedgeDelays.set(name as string, Number(ms));
        }
        return [];
      case 'budget':
        this.#budget = Number(words[1]);
        return [];
      case 'away':
        for (const name of words.slice(1)) this.#away.add(name);
        return [];
      case 'back':
        for (const name of words.slice(1)) this.#away.delete(name);
        return [];
      case 'start':
        this.#machine = new ScatterGather(this.#reads, this.#deadlineAtMs, this);
        return this.#show(this.#machine.start(0));
      default:
        return this.#show(this.#event(Number(words[0]), words.slice(1)));
    }
  }

  pick(
    _read: PartitionRead,
    nodeIds: readonly NodeId[],
    planned: ReadonlyMap<NodeId, readonly unknown[]>,
  ): NodeId | undefined {
    const open = nodeIds.filter((id) => !this.#away.has(id));
    return open.sort((a, b) => (planned.get(a)?.length ?? 0) - (planned.get(b)?.length ?? 0))[0];
  }

  hedgeDelayMs(id: NodeId): number | undefined {
    return this.#hedgeDelays.get(id);
  }

  spendRetry(): boolean {
    this.#budget -= 1;
    return this.#budget >= 0;
  }

  #event(nowMs: number, words: string[]): ScatterGatherEffect<PartitionReply>[] {
    const machine = this.#machine;
    if (machine === undefined) throw new Error('start the machine first');
    const attemptId = Number(words[1]);
    switch (words[0]) {
      case 'ok': {
        const exceptions = new Map(words.slice(3).map((w) => w.split('=') as [string, PartStatus]));
        const partitions = this.#attempts.get(attemptId)?.partitions ?? [];
        const replies = partitions.map((partition) => ({
          partition,
          status: exceptions.get(String(partition)) ?? ('ok' as const),
        }));
        return machine.replied(attemptId, replies, nowMs);
      }
      case 'fail':
        return machine.failed(attemptId, words[2] as Exclude<PartStatus, 'ok'>, nowMs);
      case 'hedge':
        return machine.timerFired({ kind: 'hedge', attemptId }, nowMs);
      case 'deadline':
        return machine.timerFired({ kind: 'deadline' }, nowMs);
      case 'cancel':
        return machine.cancelled();
      default:
        throw new Error(`what is ${words.join(' ')}?`);
    }
  }

  #show(effects: ScatterGatherEffect<PartitionReply>[]): string[] {
    if (effects.length === 0) return ['  nothing'];
    for (const effect of effects) {
      if (effect.kind === 'send') this.#attempts.set(effect.attempt.id, effect.attempt);
    }
    return effects.map((effect) => `  ${describeEffect(effect)}`);
  }
}

function describeEffect(effect: ScatterGatherEffect<PartitionReply>): string {
  switch (effect.kind) {
    case 'send': {
      const { attempt, timeoutMs } = effect;
      const what = `${attempt.partitions.join(' ')} to ${attempt.nodeId}`;
      return `send attempt ${attempt.id} (${attempt.cause}): ${what}, timeout ${timeoutMs}`;
    }
    case 'cancel':
      return `cancel attempt ${effect.attemptId}`;
    case 'arm_timer': {
      const { timer, atMs } = effect;
      const of = timer.kind === 'hedge' ? ` of attempt ${timer.attemptId}` : '';
      return `arm ${timer.kind} timer${of} at ${atMs}`;
    }
    case 'complete': {
      const answered = effect.result.replies.map((reply) => reply.partition).join(' ');
      const missing = effect.result.missing.map((m) => `${m.partition}=${m.reason}`).join(' ');
      return `complete: answered [${answered}] missing [${missing}]`;
    }
  }
}

function parseRead(word: string): PartitionRead {
  const [partition, nodes] = word.split('@') as [string, string];
  const nodeIds = nodes.split(',').filter((name) => name !== '');
  return { partition: Number(partition), generation: 1, nodeIds: nodeIds.map(nodeId) };
}
