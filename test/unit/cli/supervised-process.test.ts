import { describe, expect, it } from 'vitest';
import type { ChildListener } from '../../../src/cli/dev/child-process.js';
import { type ProcessEvent, SupervisedProcess } from '../../../src/cli/dev/supervised-process.js';
import { VirtualClock } from '../../support/virtual-clock.js';

interface FakeChild {
  args: readonly string[];
  listener: ChildListener;
  signals: string[];
}

function scene() {
  const clock = new VirtualClock();
  const children: FakeChild[] = [];
  const events: ProcessEvent[] = [];
  const supervised = new SupervisedProcess({
    name: 'node-1',
    clock,
    spawn: (args, listener) => {
      const child: FakeChild = { args, listener, signals: [] };
      children.push(child);
      return { pid: children.length, kill: (signal) => void child.signals.push(signal) };
    },
    args: (address) => ['shard', address ?? 'any'],
    onEvent: (event) => void events.push(event),
  });
  const last = () => children.at(-1) as FakeChild;
  return {
    clock,
    children,
    events,
    supervised,
    last,
    ready: () => last().listener.onMessage({ event: 'ready', address: 'h:1' }),
    die: (how = 'SIGKILL') => last().listener.onEnd({ how }),
  };
}

describe('SupervisedProcess', () => {
  it('has started when the process says that it is ready', async () => {
    const { supervised, ready } = scene();
    const started = supervised.start();
    ready();
    expect(await started).toMatchObject({ pid: 1, address: 'h:1' });
  });

  it('does not start when the process ends before, and says what that said', async () => {
    const { supervised, last, die, children, clock } = scene();
    const started = supervised.start();
    last().listener.onMessage({ event: 'failed', message: 'the folder is locked' });
    die('exit code 1');
    await expect(started).rejects.toThrow('node-1 did not start: the folder is locked');
    clock.runFor(60_000);
    expect(children).toHaveLength(1);
  });

  it('starts a process that died again, where it was, and reports both', () => {
    const { supervised, ready, die, clock, events, children, last } = scene();
    void supervised.start();
    ready();
    die();
    expect(events).toEqual([{ event: 'exited', name: 'node-1', how: 'SIGKILL', restartInMs: 200 }]);
    clock.runFor(199);
    expect(children).toHaveLength(1);
    clock.runFor(1);
    expect(last().args).toEqual(['shard', 'h:1']);
    ready();
    expect(events.at(-1)).toMatchObject({ event: 'restarted', pid: 2 });
    expect(supervised.serving?.pid).toBe(2);
  });

  it('waits longer each time, up to a limit, and less again after it was stable', () => {
    const { supervised, ready, die, clock, events } = scene();
    void supervised.start();
    ready();
    for (let i = 0; i < 7; i += 1) {
      die();
      clock.runFor(5000);
    }
    const waits = events.map((event) => (event.event === 'exited' ? event.restartInMs : 0));
    expect(waits).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
    ready();
    clock.runFor(10_000);
    die();
    expect(events.at(-1)).toMatchObject({ restartInMs: 200 });
  });

  it('sends SIGTERM to stop, then SIGKILL, and starts nothing again', async () => {
    const { supervised, ready, die, clock, children, last } = scene();
    void supervised.start();
    ready();
    const stopped = supervised.stop();
    expect(last().signals).toEqual(['SIGTERM']);
    clock.runFor(10_000);
    expect(last().signals).toEqual(['SIGTERM', 'SIGKILL']);
    die();
    await stopped;
    clock.runFor(60_000);
    expect(children).toHaveLength(1);
  });

  it('stopped between two lives, stays ended', async () => {
    const { supervised, ready, die, clock, children } = scene();
    void supervised.start();
    ready();
    die();
    await supervised.stop();
    clock.runFor(60_000);
    expect(children).toHaveLength(1);
  });
});
