import { describe, expect, it } from 'vitest';
import { runServer, type StopSignals } from '../../../src/cli/server-process.js';
import { fakeTerminal } from '../../support/fake-terminal.js';
import { settlePromises, VirtualClock } from '../../support/virtual-clock.js';

function scene(given: { isJson?: boolean; start?: () => Promise<void> } = {}) {
  const clock = new VirtualClock();
  const terminal = fakeTerminal();
  const exits: number[] = [];
  let stop = (_name: string) => {};
  const signals: StopSignals = {
    onStop: (listener) => {
      stop = listener;
    },
    exit: (code) => void exits.push(code),
  };
  let finishStop = () => {};
  const stopped = new Promise<void>((resolve) => {
    finishStop = resolve;
  });
  const ended = runServer({
    terminal,
    clock,
    signals,
    isJson: given.isJson === true,
    stopTimeoutMs: 10_000,
    start: async () => {
      await given.start?.();
      return { stop: () => stopped };
    },
    describe: () => ({ ready: { address: 'h:1', nodeId: 'n' }, text: 'serves at h:1' }),
  });
  ended.catch(() => {});
  return { clock, terminal, exits, ended, finishStop, stop: (name: string) => stop(name) };
}

describe('runServer', () => {
  it('says that it serves, stops when told to, and ends with 0', async () => {
    const { terminal, stop, finishStop, ended, exits } = scene({ isJson: true });
    await settlePromises();
    expect(terminal.out()).toBe('{"event":"ready","address":"h:1","node_id":"n"}\n');
    stop('SIGTERM');
    finishStop();
    expect(await ended).toBe(0);
    expect(terminal.out()).toContain('{"event":"stopped"}\n');
    expect(exits).toEqual([]);
  });

  it('speaks plainly to people', async () => {
    const { terminal, stop, finishStop, ended } = scene();
    await settlePromises();
    stop('SIGINT');
    finishStop();
    await ended;
    expect(terminal.out()).toBe('serves at h:1\nSIGINT: stopping\n');
  });

  it('ends at once with 1 at the second signal', async () => {
    const { stop, exits } = scene();
    await settlePromises();
    stop('SIGTERM');
    expect(exits).toEqual([]);
    stop('SIGTERM');
    expect(exits).toEqual([1]);
  });

  it('ends with 1 when the stop takes too long', async () => {
    const { stop, exits, clock } = scene();
    await settlePromises();
    stop('SIGTERM');
    clock.runFor(9_999);
    expect(exits).toEqual([]);
    clock.runFor(1);
    expect(exits).toEqual([1]);
  });

  it('stops after its start when told to during it', async () => {
    let finishStart = () => {};
    const started = new Promise<void>((resolve) => {
      finishStart = resolve;
    });
    const { stop, finishStop, ended } = scene({ start: () => started });
    stop('SIGTERM');
    finishStart();
    finishStop();
    expect(await ended).toBe(0);
  });

  it('says why it could not start, to its parent and to its caller', async () => {
    const start = () => Promise.reject(new Error('port 7700 is\nin use'));
    const { terminal, ended } = scene({ isJson: true, start });
    await expect(ended).rejects.toThrow('port 7700');
    expect(terminal.out()).toBe('{"event":"failed","message":"port 7700 is; in use"}\n');
  });
});
