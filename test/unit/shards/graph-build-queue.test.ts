import { expect, it } from 'vitest';
import { GraphBuildQueue, type QueuedBuild } from '../../../shards/graph-build-queue.js';

class Build implements QueuedBuild {
  end: () => void = () => {};

  constructor(
    readonly name: string,
    public need: number,
    readonly log: string[],
  ) {}

  urgency(): number {
    return this.need;
  }

  run(): Promise<void> {
    this.log.push(this.name);
    return new Promise((resolve) => {
      this.end = resolve;
    });
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('builds one graph at a time, the most needed next, as needs are by then', async () => {
  const log: string[] = [];
  const queue = new GraphBuildQueue();
  const [a, b, c] = ['a', 'b', 'c'].map((name, i) => new Build(name, i, log)) as [
    Build,
    Build,
    Build,
  ];
  for (const build of [a, b, c, b]) queue.add(build);
  expect(log).toEqual(['a']);
  b.need = 9;
  a.end();
  await turn();
  expect(log).toEqual(['a', 'b']);
  queue.add(a);
  b.end();
  await turn();
  expect(log).toEqual(['a', 'b', 'c']);
});

it('forgets one that is taken out', async () => {
  const log: string[] = [];
  const queue = new GraphBuildQueue();
  const [a, b] = [new Build('a', 1, log), new Build('b', 1, log)];
  queue.add(a);
  queue.add(b);
  queue.remove(b);
  a.end();
  await turn();
  expect(log).toEqual(['a']);
});
