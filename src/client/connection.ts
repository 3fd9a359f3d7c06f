/**
 * The way to a coordinator. One address is in use at a time; the next one is when it cannot be
 * reached, is stopping, or has left several calls in a row without an answer (grpc-js may hold on to
 * a dead connection, https://github.com/grpc/grpc-node/issues/2785: a fresh channel gets rid of it).
 */
import {
  type ChannelOptions,
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import type { AnnulusError } from '../base/errors.js';
import { randomInt } from '../base/random.js';
import { errorOf } from '../wire/status-mapping.js';
import type { CallScope } from './call-scope.js';
import type { ResolvedClientOptions } from './client-options.js';

/** What is needed of a method to call it, with the types that the protos give it. */
export interface Method<Request, Response> {
  path: string;
  requestSerialize: (request: Request) => Buffer;
  responseDeserialize: (bytes: Buffer) => Response;
}

/** How gRPC says that a call ended. */
export type CallStatus = ServiceError | StatusObject;

/** Calls in a row without an answer after which the channel is replaced. */
const TIMEOUTS_MAX = 3;

export class Connection {
  readonly #options: ResolvedClientOptions;
  readonly #channelOptions: ChannelOptions;
  #index: number;
  #client: Client | undefined;
  #timeouts = 0;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
    this.#index = randomInt(options.ports.random, options.addresses.length);
    this.#channelOptions = {
      'grpc.enable_channelz': 0,
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.min_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 1000,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 5000,
      'grpc.max_receive_message_length': options.messageBytesMax,
      'grpc.max_send_message_length': -1,
      'grpc-node.flow_control_window': 4 * 1024 * 1024,
    };
  }

  get address(): string {
    return this.#options.addresses[this.#index] as string;
  }

  /** One attempt of a call with one answer. Rejects with an `AnnulusError`. */
  unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    scope: CallScope,
  ): Promise<Response> {
    const client = this.#current();
    return new Promise((resolve, reject) => {
      scope.throwIfOver();
      const call = client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        { deadline: this.#options.ports.clock.wallMs() + Math.ceil(scope.remainingMs) + 1 },
        (error, response) => {
          forget();
          if (error === null) {
            this.#timeouts = 0;
            resolve(response as Response);
          } else reject(this.#failed(client, error));
        },
      );
      const forget = scope.onFailure((failure) => {
        if (failure.code === 'DEADLINE_EXCEEDED') this.noteTimeout(client);
        reject(failure);
        call.cancel();
      });
    });
  }

  /** A stream of answers to one request, until it is cancelled. */
  serverStream<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
  ): ClientReadableStream<Response> {
    const { requestSerialize, responseDeserialize } = method;
    const client = this.#current();
    const args = [method.path, requestSerialize, responseDeserialize, request] as const;
    return client.makeServerStreamRequest(...args);
  }

  /** A stream in both directions, and the channel that it is on. */
  duplexStream<Request, Response>(
    method: Method<Request, Response>,
  ): { call: ClientDuplexStream<Request, Response>; client: Client } {
    const client = this.#current();
    const { requestSerialize, responseDeserialize } = method;
    const call = client.makeBidiStreamRequest(method.path, requestSerialize, responseDeserialize);
    return { call, client };
  }

  /** What went wrong, as callers see it; the next attempt may go elsewhere. */
  failure(ended: CallStatus, client: Client | undefined = this.#client): AnnulusError {
    return this.#failed(client, ended);
  }

  /** A call on this channel had no answer in time. True: the channel has been given up. */
  noteTimeout(client: Client): boolean {
    if (client !== this.#client) return true;
    this.#timeouts += 1;
    if (this.#timeouts < TIMEOUTS_MAX) return false;
    this.#moveOn();
    return true;
  }

  /** There was an answer. */
  noteAnswer(): void {
    this.#timeouts = 0;
  }

  /** Calls under way go on; nothing new may be started. */
  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #current(): Client {
    this.#client ??= new Client(this.address, credentials.createInsecure(), this.#channelOptions);
    return this.#client;
  }

  #failed(client: Client | undefined, ended: CallStatus): AnnulusError {
    // Whoever cancels here is not told by the answer: this is a server resetting its streams.
    const isReset = ended.code === status.CANCELLED;
    const error = errorOf(isReset ? unavailable('the server broke off the call') : ended);
    const isElsewhere = error.reason === 'CONNECTION_FAILED' || error.reason === 'SHUTTING_DOWN';
    const canMove = this.#options.addresses.length > 1;
    if (isElsewhere && canMove && client === this.#client) this.#moveOn();
    return error;
  }

  #moveOn(): void {
    this.close();
    this.#index = (this.#index + 1) % this.#options.addresses.length;
    this.#timeouts = 0;
  }
}

/** A lost connection, in gRPC's words. */
export function unavailable(details: string): StatusObject {
  return { code: status.UNAVAILABLE, details, metadata: new Metadata() };
}
