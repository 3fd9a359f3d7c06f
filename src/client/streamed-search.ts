/**
 * A search on its way over a search stream: it waits to be sent, or for its answer. It is encoded
 * once, when it begins; its id, and the time that it has left, are added as it leaves.
 */
import type { AnnulusError } from '../base/errors.js';
import type { OutgoingItem } from '../wire/batch-sender.js';
import type { ByteWriter } from '../wire/bytes.js';
import type { SearchRequest } from '../wire/generated/annulus/v1/SearchRequest.js';
import type { SearchResponse__Output } from '../wire/generated/annulus/v1/SearchResponse.js';
import { annulusV1 } from '../wire/proto-package.js';
import { searchElementBytesMax, writeSearchElement } from '../wire/search-stream-codec.js';
import type { CallScope } from './call-scope.js';

const encodeRequest = annulusV1.Annulus.service.SearchStream.requestSerialize;

export class StreamedSearch implements OutgoingItem {
  /** Tells it apart from others on the stream. */
  readonly id: string;
  readonly itemBytesMax: number;
  readonly scope: CallScope;
  /** The time that it has here and there together. */
  readonly timeoutMs: number;
  readonly #encoded: Buffer;
  readonly #resolve: (response: SearchResponse__Output) => void;
  readonly #reject: (error: AnnulusError) => void;
  #forgetFailure: () => void = () => {};
  #isOver = false;
  /** It has left, or is about to. */
  isWritten = false;
  /** When it was handed to the connection; 0: not yet. */
  sentAtMs = 0;

  constructor(
    id: string,
    request: SearchRequest,
    scope: CallScope,
    resolve: (response: SearchResponse__Output) => void,
    reject: (error: AnnulusError) => void,
  ) {
    this.id = id;
    this.#encoded = encodeRequest(request);
    this.itemBytesMax = searchElementBytesMax(this.#encoded, id);
    this.scope = scope;
    this.timeoutMs = scope.remainingMs;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Nothing, when nobody waits for it any more. */
  writeItem(writer: ByteWriter): void {
    if (this.#isOver) return;
    this.isWritten = true;
    // Rounded up: 0 would mean no limit.
    const timeoutMs = Math.max(1, Math.ceil(this.scope.remainingMs));
    writeSearchElement(writer, this.#encoded, this.id, timeoutMs);
  }

  /** It is to be sent once more. */
  again(): this {
    this.isWritten = false;
    this.sentAtMs = 0;
    return this;
  }

  /** Rejects when its call fails, after telling so. */
  watch(onFailure: (failure: AnnulusError) => void): void {
    this.#forgetFailure = this.scope.onFailure((failure) => {
      this.#isOver = true;
      onFailure(failure);
      this.#reject(failure);
    });
  }

  resolve(response: SearchResponse__Output): void {
    this.#isOver = true;
    this.#forgetFailure();
    this.#resolve(response);
  }

  reject(error: AnnulusError): void {
    this.#isOver = true;
    this.#forgetFailure();
    this.#reject(error);
  }
}
