/**
 * Runs a scenario of moves and gives it back with the controller's steps filled in. Lines:
 *
 *   # text                       intent, kept as it is
 *   > nodes 3 partitions 4 copies 2     n0, n1, ...; placed afresh, all in sync
 *   > join d                     drain a, undrain a, replace a by b, remove a (it holds nothing)
 *   > kill a                     back a
 *   > write                      what is down misses it
 *   > copied                     every replica that can be copied is in sync
 *   > copies 3                   of each partition
 *   > pause                      resume
 *   > crash                      another controller takes over
 *   > wait 1000                  so many milliseconds pass; the steps taken meanwhile follow
 *
 * A node is away after 5,000 ms; goals are made 300 ms after the last change of nodes.
 */
import { nodeId } from '../../src/base/ids.js';
import { seededRandom } from '../../src/base/random.js';
import type { MoveStep } from '../../src/coordinator/moves/move-controller.js';
import { hasTarget } from '../../src/coordinator/moves/move-waits.js';
import { drainNode, setReplication } from '../../src/coordinator/topology/move-transitions.js';
import {
  setMovesPaused,
  setNodeIntent,
} from '../../src/coordinator/topology/topology-transitions.js';
import { MoveWorld, TICK_MS } from '../unit/coordinator/moves/move-world.js';

export function runMovesScript(script: string): string {
  const scenario = new Scenario();
  const lines: string[] = [];
  for (const line of script.split('\n')) {
    if (line.startsWith('#') || line.trim() === '') lines.push(line);
    else if (line.startsWith('> ')) lines.push(line, ...scenario.run(line.slice(2)));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

class Scenario {
  #world = new MoveWorld(seededRandom(1));

  run(command: string): string[] {
    const [verb = '', first = '', , second = '', , third = ''] = command.split(' ');
    const world = this.#world;
    const id = nodeId(first);
    const commands: Record<string, () => unknown> = {
      nodes: () => {
        const [nodes, partitions, copies] = [first, second, third].map(Number);
        this.#world = MoveWorld.of(seededRandom(1), {
          nodes: nodes as number,
          partitions: partitions as number,
          copies: copies as number,
        });
        return this.#wait(500);
      },
      join: () => world.join(first),
      drain: () => world.change((now) => drainNode(now, id)),
      undrain: () => world.change((now) => setNodeIntent(now, id, 'active')),
      replace: () => world.change((now) => drainNode(now, id, nodeId(second))),
      remove: () => world.removeNode(id),
      kill: () => world.kill(first),
      back: () => world.revive(first),
      write: () => world.writeEverywhere(),
      copied: () => world.copyAll(),
      copies: () => world.change((now) => setReplication(now, world.docs.id, Number(first), 1)),
      pause: () => world.change((now) => setMovesPaused(now, true)),
      resume: () => world.change((now) => setMovesPaused(now, false)),
      crash: () => world.crash(),
      wait: () => this.#wait(Number(first)),
    };
    const effect = commands[verb];
    if (effect === undefined) throw new Error(`unknown command: ${command}`);
    const lines = effect();
    return Array.isArray(lines) ? lines.map((line) => `  ${line}`) : [];
  }

  #wait(ms: number): string[] {
    const world = this.#world;
    const taken: string[] = [];
    world.onStep = (step) => taken.push(shownStep(step));
    for (const untilMs = world.nowMs + ms; world.nowMs < untilMs; ) {
      world.nowMs += TICK_MS;
      world.decide();
    }
    const { waiting, held } = world.lastDecision;
    const waits = waiting.map((move) => {
      const { ref, cause, reason } = move;
      const goes = hasTarget(move) ? 'to' : 'stays on';
      return `waiting (${reason}): ${ref.partition} ${goes} ${ref.nodeId}, ${cause}`;
    });
    const helds = [...held].map(([key, reason]) => `held (${reason}): ${key}`);
    const all = [...taken, ...waits, ...helds];
    return all.length === 0 ? ['nothing'] : all;
  }
}

function shownStep(step: MoveStep): string {
  if (step.kind === 'forget') return `forget ${step.nodeId}`;
  const { partition, nodeId: id } = step.ref;
  if (step.kind !== 'begin') return `${step.kind} ${partition} on ${id}`;
  const from = step.from === undefined ? '' : `, relieves ${step.from}`;
  return `begin ${partition} on ${id}${from}: ${step.cause}`;
}
