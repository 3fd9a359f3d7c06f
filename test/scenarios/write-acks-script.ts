/**
 * Runs a scenario of one partition's write and gives it back with the effects filled in. Lines:
 *
 *   # text                       intent, kept as it is
 *   > replicas a b c ~d !e       in sync; ~ recovering; ! recovering and awaited
 *   > min 2                      fewest in-sync replicas; 1 unless said
 *   > consistency one            in_sync unless said
 *   > start
 *   > 5 ok a                     at 5 ms the replica on a holds the write
 *   > 5 superseded a             ... but keeps a newer version
 *   > 5 ok a of 1                the answer to what was sent in generation 1
 *   > 5 fail b unavailable       ... [of 1]
 *   > 6 evicted b                it is out of the in-sync set
 *   > 6 kept b                   it cannot be taken out
 *   > 6 delayed                  ... before the topology store is back
 *   > 9 over                     the caller waits no longer for the topology store
 *   > 7 set 2 a b ~c             the replica set of generation 2
 *   > 9 dropped                  the collection is gone
 *   > 100 deadline               the caller must be answered
 *
 * Replicas that refuse for a passing reason are asked again for 1,000 ms.
 */
import { type NodeId, nodeId } from '../../src/base/ids.js';
import type { Consistency, ReplicaSetView } from '../../src/coordinator/write/replica-set-view.js';
import type { WriteFault } from '../../src/coordinator/write/replica-standing.js';
import { WriteAcks } from '../../src/coordinator/write/write-acks.js';
import type { WriteAcksEffect } from '../../src/coordinator/write/write-acks-effect.js';

export function runWriteScript(script: string): string {
  const world = new World();
  const lines: string[] = [];
  for (const line of script.split('\n')) {
    if (line.startsWith('#') || line.trim() === '') lines.push(line);
    else if (line.startsWith('> ')) lines.push(line, ...world.run(line.slice(2)));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

class World {
  #set: ReplicaSetView = parseSet(1, []);
  #minInSync = 1;
  #consistency: Consistency = 'in_sync';
  #acks: WriteAcks | undefined;

  run(command: string): string[] {
    const words = command.split(' ');
    switch (words[0]) {
      case 'replicas':
        this.#set = parseSet(1, words.slice(1), this.#minInSync);
        return [];
      case 'min':
        this.#minInSync = Number(words[1]);
        this.#set = { ...this.#set, minInSync: this.#minInSync };
        return [];
      case 'consistency':
        this.#consistency = words[1] as Consistency;
        return [];
      case 'start':
        this.#acks = new WriteAcks(this.#set, {
          consistency: this.#consistency,
          opCount: 1,
          deadlineAtMs: 500,
          patienceMs: 1_000,
        });
        return show(this.#acks.start(0));
      default:
        return show(this.#event(Number(words[0]), words.slice(1)));
    }
  }

  #event(nowMs: number, words: string[]): WriteAcksEffect[] {
    const acks = this.#acks;
    if (acks === undefined) throw new Error('start the write first');
    const id = nodeId(words[1] ?? 'nobody');
    const of = words.indexOf('of');
    const generation = of > 0 ? Number(words[of + 1]) : acks.generation;
    switch (words[0]) {
      case 'ok':
        return acks.acknowledged(id, generation, [
          { isApplied: true, existed: false, version: 5n },
        ]);
      case 'superseded':
        return acks.acknowledged(id, generation, [
          { isApplied: false, existed: true, version: 9n },
        ]);
      case 'fail':
        return acks.failed(id, generation, words[2] as WriteFault, '', nowMs);
      case 'evicted':
        return acks.evicted(id);
      case 'kept':
        return acks.evictionRefused(id, 'it is the last one');
      case 'delayed':
        return acks.evictionsDelayed(false);
      case 'over':
        return acks.evictionsDelayed(true);
      case 'set':
        return acks.setChanged(parseSet(Number(words[1]), words.slice(2), this.#minInSync));
      case 'dropped':
        return acks.dropped();
      case 'deadline':
        return acks.deadlinePassed();
      default:
        throw new Error(`what is ${words.join(' ')}?`);
    }
  }
}

function parseSet(generation: number, words: string[], minInSync = 1): ReplicaSetView {
  const marked = (mark: string): NodeId[] =>
    words.filter((word) => word.startsWith(mark)).map((word) => nodeId(word.slice(mark.length)));
  return {
    generation,
    minInSync,
    inSync: words.filter((word) => /^[a-z]/.test(word)).map(nodeId),
    recovering: [...marked('~'), ...marked('!')],
    awaited: new Set(marked('!')),
  };
}

function show(effects: WriteAcksEffect[]): string[] {
  return effects.length === 0 ? ['  nothing'] : effects.map((effect) => `  ${describe(effect)}`);
}

function describe(effect: WriteAcksEffect): string {
  switch (effect.kind) {
    case 'send': {
      const delay = effect.delayMs === 0 ? '' : ` in ${effect.delayMs} ms`;
      return `send to ${effect.nodeId} for generation ${effect.generation}${delay}`;
    }
    case 'evict':
      return `take out ${effect.nodeId}: ${effect.cause}`;
    case 'missed':
      return `${effect.nodeId} missed it`;
    case 'settle': {
      const { settlement } = effect;
      if (settlement.status === 'failed') {
        const on = settlement.nodeId === undefined ? '' : ` on ${settlement.nodeId}`;
        return `failed: ${settlement.cause}${on}`;
      }
      const [outcome] = settlement.outcomes;
      if (outcome?.isInDoubt) return 'in doubt';
      return outcome?.isApplied ? 'acknowledged' : `superseded by ${outcome?.supersededBy}`;
    }
    case 'finish':
      return 'finished';
  }
}
