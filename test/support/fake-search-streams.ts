/** The search streams of a fake coordinator: single searches, or batches of them. */
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { SearchBatchRequest__Output } from '../../src/wire/generated/annulus/v1/SearchBatchRequest.js';
import type { SearchBatchResponse } from '../../src/wire/generated/annulus/v1/SearchBatchResponse.js';
import type { SearchRequest__Output } from '../../src/wire/generated/annulus/v1/SearchRequest.js';
import type { SearchResponse } from '../../src/wire/generated/annulus/v1/SearchResponse.js';

type SingleCall = ServerDuplexStream<SearchRequest__Output, SearchResponse>;
type BatchCall = ServerDuplexStream<SearchBatchRequest__Output, SearchBatchResponse>;
type AnyCall = SingleCall | BatchCall;

export class FakeSearchStreams {
  /** Streams that were ever opened. */
  count = 0;
  /** It serves `SearchStream` alone, like coordinators that are older than `SearchBatchStream`. */
  isOld = false;
  readonly open = new Set<AnyCall>();
  readonly #answer: (request: SearchRequest__Output) => Promise<SearchResponse>;

  constructor(answer: (request: SearchRequest__Output) => Promise<SearchResponse>) {
    this.#answer = answer;
  }

  handlers() {
    return {
      SearchStream: (call: SingleCall) => {
        this.#begin(call);
        call.on('data', (request: SearchRequest__Output) => {
          void this.#serve(call, request, (response) => call.write(response));
        });
      },
      SearchBatchStream: (call: BatchCall) => {
        if (this.isOld) {
          call.emit('error', { code: status.UNIMPLEMENTED, details: 'unknown method' });
          return;
        }
        this.#begin(call);
        call.on('data', ({ searches }: SearchBatchRequest__Output) => {
          const write = (response: SearchResponse) => call.write({ responses: [response] });
          for (const request of searches) void this.#serve(call, request, write);
        });
      },
    };
  }

  /** Ends every stream with an error, without answering what is on it. */
  drop(error: object): void {
    for (const call of this.open) call.emit('error', error);
    this.open.clear();
  }

  async #serve(
    call: AnyCall,
    request: SearchRequest__Output,
    write: (response: SearchResponse) => void,
  ): Promise<void> {
    const response = await this.#answer(request);
    if (this.open.has(call)) write(response);
  }

  #begin(call: AnyCall): void {
    this.count += 1;
    this.open.add(call);
    call.on('error', () => this.open.delete(call));
    call.on('cancelled', () => this.open.delete(call));
    call.on('end', () => {
      this.open.delete(call);
      call.end();
    });
  }
}
