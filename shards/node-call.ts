/** A request on its way through the node, and how it ends. */
import type { PartStatus } from '../src/base/errors.js';
import type { LinkReply, LinkRequest } from '../src/wire/link-messages.js';

/** Hears how every request ended. */
export type CallObserver = (
  kind: LinkRequest['kind'],
  outcome: PartStatus,
  queueMs: number,
  serviceMs: number,
) => void;

/** One request: answered once, or forgotten. */
export class NodeCall {
  readonly #onEnd: (reply: LinkReply, queueMs: number, serviceMs: number) => void;
  #beganAtMs: number;
  #queueMs = 0;
  #isOver = false;

  constructor(
    nowMs: number,
    onEnd: (reply: LinkReply, queueMs: number, serviceMs: number) => void,
  ) {
    this.#beganAtMs = nowMs;
    this.#onEnd = onEnd;
  }

  begin(nowMs: number, queueMs: number): void {
    this.#beganAtMs = nowMs;
    this.#queueMs = queueMs;
  }

  finish(reply: LinkReply, nowMs: number): void {
    if (this.forget()) this.#onEnd(reply, this.#queueMs, nowMs - this.#beganAtMs);
  }

  /** False when it was over before. */
  forget(): boolean {
    const wasOver = this.#isOver;
    this.#isOver = true;
    return !wasOver;
  }
}

/** Ends a call that was not begun; what is left to cancel is nothing. */
export function refuse(
  call: NodeCall,
  nowMs: number,
  status: PartStatus,
  detail: string,
  retryAfterMs: number,
): () => void {
  call.finish({ kind: 'refused', status, detail, retryAfterMs }, nowMs);
  return () => {};
}

/** The worst that happened to any part of a request. */
export function outcomeOf(reply: LinkReply): PartStatus {
  if (reply.kind === 'refused') return reply.status;
  if (reply.kind === 'heartbeat') return 'ok';
  for (const { status } of reply.targets) {
    if (status !== 'ok') return status;
  }
  return 'ok';
}
