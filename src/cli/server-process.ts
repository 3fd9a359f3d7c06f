/**
 * The life of a server as a process: start, say that it serves, serve until told to stop, stop within
 * a limit. A process that `annulus dev` started also stops when its standard input ends, which
 * happens whenever its parent is gone, however it went.
 */
import type { Clock } from '../base/clock.js';
import { holdProcessOpen } from '../base/system-clock.js';
import { errorLine, printJsonLine, type Terminal } from './output.js';

/** Set by `annulus dev` for the processes that it starts. */
export const CHILD_VARIABLE = 'ANNULUS_INTERNAL_STOP_WITH_STDIN';

export interface RunningServer {
  stop(): Promise<unknown>;
}

export interface ServerDescription {
  /** The fields of the ready line. */
  ready: Record<string, unknown>;
  /** For people. */
  text: string;
}

export interface ServerProcess<Running extends RunningServer> {
  terminal: Terminal;
  clock: Clock;
  signals: StopSignals;
  isJson: boolean;
  /** A stop that takes longer ends the process with exit code 1. */
  stopTimeoutMs: number;
  start(): Promise<Running>;
  describe(running: Running): ServerDescription;
}

/** How a process is told to stop; tests tell it themselves. */
export interface StopSignals {
  /** Calls back for every request to stop, with its name. */
  onStop(listener: (name: string) => void): void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Resolves to the exit code when the server has stopped. */
export async function runServer<Running extends RunningServer>(
  server: ServerProcess<Running>,
): Promise<number> {
  const release = holdProcessOpen();
  try {
    const stopRequested = stopRequests(server);
    const running = await server.start();
    const { ready, text } = server.describe(running);
    if (server.isJson) printJsonLine(server.terminal, { event: 'ready', ...ready });
    else server.terminal.stdout.write(`${text}\n`);
    const name = await stopRequested;
    if (!server.isJson) server.terminal.stdout.write(`${name}: stopping\n`);
    await running.stop();
    if (server.isJson) printJsonLine(server.terminal, { event: 'stopped' });
    return 0;
  } catch (error) {
    if (server.isJson)
      printJsonLine(server.terminal, { event: 'failed', message: errorLine(error) });
    throw error;
  } finally {
    release();
  }
}

/** Resolves with the first request; a second one, or a stop that takes too long, ends the process. */
function stopRequests({ signals, clock, stopTimeoutMs }: ServerProcess<RunningServer>) {
  return new Promise<string>((resolve) => {
    let count = 0;
    signals.onStop((name) => {
      count += 1;
      if (count > 1) return signals.exit(1);
      clock.setTimer(stopTimeoutMs, () => signals.exit(1));
      resolve(name);
    });
  });
}

/**
 * SIGTERM and SIGINT. A child of `annulus dev` may hear of one stop in several ways: the terminal's
 * SIGINT, its parent's SIGTERM, the end of its standard input. Together they are one request, and its
 * parent sees to it that the process ends.
 */
export function processStopSignals(env: Terminal['env']): StopSignals {
  const isChild = env[CHILD_VARIABLE] !== undefined;
  return {
    onStop(listener) {
      let isStopping = false;
      const request = (name: string) => {
        if (isChild && isStopping) return;
        isStopping = true;
        listener(name);
      };
      process.on('SIGTERM', () => request('SIGTERM'));
      process.on('SIGINT', () => request('SIGINT'));
      if (!isChild) return;
      const onEnd = () => request('parent gone');
      process.stdin.on('end', onEnd).on('close', onEnd).on('error', onEnd).resume();
    },
    exit: (code) => process.exit(code),
  };
}
