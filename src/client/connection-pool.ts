/** The way to the coordinators: one connection to each address, and one search stream on each. */
import type { ClientReadableStream } from '@grpc/grpc-js';
import type { AnnulusError } from '../base/errors.js';
import type { SearchRequest } from '../wire/generated/annulus/v1/SearchRequest.js';
import type { SearchResponse__Output } from '../wire/generated/annulus/v1/SearchResponse.js';
import { AddressPicker } from './address-picker.js';
import type { CallScope } from './call-scope.js';
import type { ResolvedClientOptions } from './client-options.js';
import { type CallStatus, Connection, isUnreachable, type Method } from './connection.js';
import { SearchStream } from './search-stream.js';

interface Member {
  connection: Connection;
  searches: SearchStream;
}

export class ConnectionPool {
  readonly #options: ResolvedClientOptions;
  readonly #picker: AddressPicker;
  readonly #members: Member[];
  #lastIndex: number;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
    this.#picker = new AddressPicker(options.addresses.length);
    this.#members = options.addresses.map((address, index) => {
      const connection = new Connection(options, address, {
        onAnswered: () => this.#picker.answered(index),
        onUnreachable: () => this.#picker.failed(index, options.ports.clock.nowMs()),
      });
      return { connection, searches: new SearchStream(connection, options) };
    });
    this.#lastIndex = this.#pick();
  }

  /** The address that the last call went to. */
  get address(): string {
    return this.#options.addresses[this.#lastIndex] as string;
  }

  /** One attempt of a call with one answer. Rejects with an `AnnulusError`. */
  unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    scope: CallScope,
  ): Promise<Response> {
    return this.#counted(({ connection }) => connection.unary(method, request, scope));
  }

  /** One attempt of a search. Rejects with an `AnnulusError`; an answer may carry its own. */
  search(request: SearchRequest, scope: CallScope): Promise<SearchResponse__Output> {
    return this.#counted(({ searches }) => searches.search(request, scope));
  }

  /** A stream of answers to one request, until it is cancelled; `failure` says why it ended. */
  serverStream<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
  ): { call: ClientReadableStream<Response>; failure: (ended: CallStatus) => AnnulusError } {
    this.#lastIndex = this.#pick();
    const { connection } = this.#members[this.#lastIndex] as Member;
    const call = connection.serverStream(method, request);
    return { call, failure: (ended) => connection.failure(ended) };
  }

  close(): void {
    for (const { searches, connection } of this.#members) {
      searches.close();
      connection.close();
    }
  }

  #pick(): number {
    const { clock, random } = this.#options.ports;
    return this.#picker.pick(clock.nowMs(), random.next());
  }

  async #counted<T>(attempt: (member: Member) => Promise<T>): Promise<T> {
    const index = this.#pick();
    this.#lastIndex = index;
    this.#picker.begun(index);
    try {
      return await attempt(this.#members[index] as Member);
    } catch (error) {
      // Many calls fail with one connection: the picker counts what belongs together once.
      if (isUnreachable(error)) this.#picker.failed(index, this.#options.ports.clock.nowMs());
      throw error;
    } finally {
      this.#picker.ended(index);
    }
  }
}
