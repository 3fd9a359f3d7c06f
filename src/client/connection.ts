/**
 * The way to one coordinator. Its channel is replaced when it has left several calls in a row without
 * an answer (grpc-js may hold on to a dead connection,
 * https://github.com/grpc/grpc-node/issues/2785: a fresh channel gets rid of it), and its owner told.
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
import { AnnulusError } from '../base/errors.js';
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

export interface ConnectionObserver {
  onAnswered(): void;
  /** It cannot be reached, is stopping, or does not answer: calls had better go elsewhere. */
  onUnreachable(): void;
}

const nobody: ConnectionObserver = { onAnswered: () => {}, onUnreachable: () => {} };

/** The other side cannot be reached, or takes no work: another coordinator may. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof AnnulusError)) return false;
  return error.reason === 'CONNECTION_FAILED' || error.reason === 'SHUTTING_DOWN';
}

export class Connection {
  readonly address: string;
  readonly #options: ResolvedClientOptions;
  readonly #observer: ConnectionObserver;
  readonly #channelOptions: ChannelOptions;
  #client: Client | undefined;
  #timeouts = 0;

  constructor(
    options: ResolvedClientOptions,
    address: string,
    observer: ConnectionObserver = nobody,
  ) {
    this.address = address;
    this.#options = options;
    this.#observer = observer;
    this.#channelOptions = {
      'grpc.enable_channelz': 0,
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.min_reconnect_backoff_ms': 50,
      // A coordinator that is back is found well within the attempts of one call.
      'grpc.max_reconnect_backoff_ms': 400,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 5000,
      'grpc.max_receive_message_length': options.messageBytesMax,
      'grpc.max_send_message_length': -1,
      'grpc-node.flow_control_window': 4 * 1024 * 1024,
    };
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
            this.noteAnswer();
            resolve(response as Response);
          } else reject(this.failure(error, client));
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
    // Whoever cancels here is not told by the answer: this is a server resetting its streams.
    const isReset = ended.code === status.CANCELLED;
    const error = errorOf(isReset ? unavailable('the server broke off the call') : ended);
    const canMove = this.#options.addresses.length > 1;
    if (isUnreachable(error) && canMove && client === this.#client) this.#startAnew();
    return error;
  }

  /** A call on this channel had no answer in time. True: the channel has been given up. */
  noteTimeout(client: Client): boolean {
    if (client !== this.#client) return true;
    this.#timeouts += 1;
    if (this.#timeouts < TIMEOUTS_MAX) return false;
    this.#startAnew();
    return true;
  }

  /** There was an answer. */
  noteAnswer(): void {
    this.#timeouts = 0;
    this.#observer.onAnswered();
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

  #startAnew(): void {
    this.close();
    this.#timeouts = 0;
    this.#observer.onUnreachable();
  }
}

/** A lost connection, in gRPC's words. */
export function unavailable(details: string): StatusObject {
  return { code: status.UNAVAILABLE, details, metadata: new Metadata() };
}
