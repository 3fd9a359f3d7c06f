/** The client's options, their defaults and ranges. */
import type { Clock } from '../base/clock.js';
import { invalidField } from '../base/errors.js';
import type { Random } from '../base/random.js';
import { holdProcessOpen, systemClock } from '../base/system-clock.js';
import { systemRandom } from '../base/system-random.js';
import { checkInteger, checkNumber } from './check.js';

/** Largest timeout that can be asked for: one hour. */
export const TIMEOUT_MS_MAX = 3_600_000;

export interface RetryOptions {
  /** Attempts per call, the first one included, 1..20. Default 5. 1 means no retries. */
  attemptsMax?: number | undefined;
  /**
   * Longest wait before the first retry, in milliseconds, 1..60,000. Default 100. It doubles with
   * every further one; the wait is drawn evenly from half of it to all of it. When the server says
   * how long to wait, a call that it turned away waits that long, and up to half of it more so that
   * callers do not come back all at once; one that has not that much time left fails at once.
   */
  backoffMs?: number | undefined;
  /** The wait stops doubling here, in milliseconds, 1..60,000. Default 2,000. */
  backoffMsMax?: number | undefined;
  /**
   * Retries allowed per call made, over all calls of this client together, 0..1. Default 0.1: when
   * everything fails the load grows by a tenth. What is lost with a connection that had been
   * working is sent once more without being counted.
   */
  budgetRatio?: number | undefined;
  /** Retries allowed per second however few calls there are, 0..1,000. Default 10. */
  budgetPerSecondMin?: number | undefined;
}

export interface AnnulusClientOptions {
  /**
   * HOST:PORT of a coordinator, or of several over the same topology, in a list or with commas
   * between: each call goes to the one that has fewest calls of this client under way, and not to one
   * that could not be reached, for a while that grows to 5 s. Default `127.0.0.1:7700`.
   */
  address?: string | readonly string[] | undefined;
  /** Default of every call's `timeoutMs`, 1..3,600,000. Default 10,000. */
  timeoutMs?: number | undefined;
  retry?: RetryOptions | undefined;
  /**
   * Most searches sent to one coordinator and not answered, 1..10,000. Default 256; fewer while it
   * turns searches away. Further ones wait in the client, where their timeouts run; one that could
   * not be answered in time by waiting fails at once with `RESOURCE_EXHAUSTED`, `QUEUE_FULL`. Raise
   * it for a large cluster; lower it for shorter queues on the servers.
   */
  searchesInFlightMax?: number | undefined;
  /**
   * Searches waiting for one coordinator, 1..1,000,000. Default 10,000. Past it a search fails with
   * `RESOURCE_EXHAUSTED`, reason `QUEUE_FULL`.
   */
  searchesWaitingMax?: number | undefined;
  /**
   * The search stream is closed when nothing used it for this long, in milliseconds, 1..3,600,000.
   * Default 5,000. An open stream keeps the process alive; opening one takes one round trip.
   */
  idleStreamMs?: number | undefined;
  /** Largest answer accepted, in bytes, 1,024..1,073,741,824. Default 67,108,864. */
  messageBytesMax?: number | undefined;
  /** Time and chance: for tests. Default: the machine's own. */
  ports?: ClientPorts | undefined;
}

export interface ClientPorts {
  clock: Clock;
  random: Random;
  /** Keeps the process alive until the function it returns is called. */
  hold: () => () => void;
}

export interface ResolvedRetryOptions {
  attemptsMax: number;
  backoffMs: number;
  backoffMsMax: number;
  budgetRatio: number;
  budgetPerSecondMin: number;
}

export interface ResolvedClientOptions {
  addresses: string[];
  timeoutMs: number;
  retry: ResolvedRetryOptions;
  searchesInFlightMax: number;
  searchesWaitingMax: number;
  idleStreamMs: number;
  messageBytesMax: number;
  ports: ClientPorts;
}

export const DEFAULT_ADDRESS = '127.0.0.1:7700';
export const DEFAULT_TIMEOUT_MS = 10_000;

const systemPorts: ClientPorts = {
  clock: systemClock,
  random: systemRandom,
  hold: holdProcessOpen,
};

/** Throws `INVALID_ARGUMENT`, naming the option, for a value out of its range. */
export function resolveClientOptions(given: AnnulusClientOptions): ResolvedClientOptions {
  const int = (name: keyof AnnulusClientOptions, fallback: number, min: number, max: number) =>
    checkInteger(name, given[name] ?? fallback, min, max);
  return {
    addresses: resolveAddresses(given.address ?? DEFAULT_ADDRESS),
    timeoutMs: checkTimeout(given.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    retry: resolveRetryOptions(given.retry ?? {}),
    searchesInFlightMax: int('searchesInFlightMax', 256, 1, 10_000),
    searchesWaitingMax: int('searchesWaitingMax', 10_000, 1, 1_000_000),
    idleStreamMs: int('idleStreamMs', 5000, 1, TIMEOUT_MS_MAX),
    messageBytesMax: int('messageBytesMax', 67_108_864, 1024, 1_073_741_824),
    ports: given.ports ?? systemPorts,
  };
}

export function checkTimeout(timeoutMs: unknown): number {
  return checkNumber('timeoutMs', timeoutMs, 1, TIMEOUT_MS_MAX);
}

function resolveRetryOptions(given: RetryOptions): ResolvedRetryOptions {
  const backoffMs = checkNumber('retry.backoffMs', given.backoffMs ?? 100, 1, 60_000);
  const backoffMsMax = given.backoffMsMax ?? Math.max(2000, backoffMs);
  return {
    attemptsMax: checkInteger('retry.attemptsMax', given.attemptsMax ?? 5, 1, 20),
    backoffMs,
    backoffMsMax: checkNumber('retry.backoffMsMax', backoffMsMax, 1, 60_000),
    budgetRatio: checkNumber('retry.budgetRatio', given.budgetRatio ?? 0.1, 0, 1),
    budgetPerSecondMin: checkNumber(
      'retry.budgetPerSecondMin',
      given.budgetPerSecondMin ?? 10,
      0,
      1000,
    ),
  };
}

function resolveAddresses(given: string | readonly string[]): string[] {
  const addresses = [...new Set(typeof given === 'string' ? given.split(',') : given)];
  if (addresses.length === 0) throw invalidField('address', '[]', 'at least one HOST:PORT');
  for (const address of addresses) {
    const port = typeof address === 'string' ? /^.+:(\d{1,5})$/.exec(address)?.[1] : undefined;
    if (port === undefined || Number(port) < 1 || Number(port) > 65_535) {
      throw invalidField('address', address, 'HOST:PORT with a port from 1 to 65535');
    }
  }
  return addresses;
}
