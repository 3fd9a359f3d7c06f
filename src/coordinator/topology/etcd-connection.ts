/**
 * Calls to an etcd cluster: to one member at a time, with a deadline, and to the next member when one
 * does not answer. Whether a call that failed was carried out is not known, so what is given here must
 * bear being carried out twice. Reads are linearizable: etcd asks a majority.
 */
import { Etcd3, isRecoverableError } from 'etcd3';
import type { Clock } from '../../base/clock.js';
import { TopologyStoreError } from './topology-store.js';

export interface EtcdOptions {
  /** `HOST:PORT`, or `http://` or `https://` before it; all with the same one. */
  endpoints: readonly string[];
  /** Before every key, so that several clusters can share an etcd. Ends with `/`. */
  prefix: string;
  /** How long one member may take over a call, in milliseconds. Default 2,000. */
  callTimeoutMs?: number;
}

type FaultPolicy = NonNullable<
  NonNullable<ConstructorParameters<typeof Etcd3>[0]>['faultHandling']
>['global'];

/** Members are changed here, and calls repeated by those who know whether they may be. */
const plainPolicy = {
  execute: async <T>(work: (context: { signal: AbortSignal }) => T) =>
    work({ signal: new AbortController().signal }),
} as unknown as FaultPolicy;

const CALL_TIMEOUT_MS = 2_000;

export class EtcdConnection {
  readonly prefix: string;
  readonly #endpoints: readonly string[];
  readonly #clock: Clock;
  readonly #callTimeoutMs: number;
  #index = 0;
  #client: Etcd3;
  #isClosed = false;

  constructor(options: EtcdOptions, clock: Clock) {
    this.prefix = options.prefix;
    this.#endpoints = options.endpoints;
    this.#clock = clock;
    this.#callTimeoutMs = options.callTimeoutMs ?? CALL_TIMEOUT_MS;
    this.#client = this.#connect();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How long a call may take over all members. */
  get timeoutMs(): number {
    return this.#callTimeoutMs * this.#attemptsMax;
  }

  /**
   * Runs `work` with one member after the other until one carries it out. `onDoubt` hears of each
   * attempt that may or may not have been. Rejects with a {@link TopologyStoreError}.
   */
  async call<T>(
    work: (client: Etcd3, options: { deadline: number }) => Promise<T>,
    onDoubt: () => void = () => {},
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#isClosed) throw closedError();
      const client = this.#client;
      try {
        return await work(client, { deadline: this.#clock.wallMs() + this.#callTimeoutMs });
      } catch (error) {
        const failure = this.#failure(error as Error);
        if (failure.failure !== 'unavailable' || this.#isClosed) throw failure;
        onDoubt();
        this.#moveOn(client);
        if (attempt >= this.#attemptsMax) throw failure;
      }
    }
  }

  /** The member in use: for streams, whose owner opens them anew when they end. */
  get client(): Etcd3 {
    return this.#client;
  }

  close(): void {
    this.#isClosed = true;
    this.#client.close();
  }

  get #attemptsMax(): number {
    return Math.max(2, this.#endpoints.length);
  }

  #moveOn(from: Etcd3): void {
    if (from !== this.#client || this.#isClosed) return;
    from.close();
    this.#index = (this.#index + 1) % this.#endpoints.length;
    this.#client = this.#connect();
  }

  #connect(): Etcd3 {
    return new Etcd3({
      hosts: this.#endpoints[this.#index] as string,
      faultHandling: { host: () => plainPolicy as never, global: plainPolicy as never },
      grpcOptions: {
        'grpc.enable_channelz': 0,
        'grpc.initial_reconnect_backoff_ms': 100,
        'grpc.max_reconnect_backoff_ms': 1_000,
        'grpc.keepalive_time_ms': 10_000,
        'grpc.keepalive_timeout_ms': 5_000,
        'grpc.max_receive_message_length': -1,
      },
    });
  }

  #failure(error: Error): TopologyStoreError {
    if (error instanceof TopologyStoreError) return error;
    if (this.#isClosed) return closedError();
    const isFull = error.message.includes('space exceeded');
    const failure = isRecoverableError(error) && !isFull ? 'unavailable' : 'failed';
    const at =
      failure === 'unavailable' ? this.#endpoints.join(', ') : this.#endpoints[this.#index];
    return new TopologyStoreError(failure, `etcd at ${at}: ${error.message}`, error);
  }
}

function closedError(): TopologyStoreError {
  return new TopologyStoreError('unavailable', 'the topology store is closed');
}
