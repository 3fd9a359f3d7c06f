/**
 * The asking end of a Recovery stream over the simulated network: questions and answers as the real
 * codec's bytes, one after the other, given up after a time, lost with the stream. What was under way
 * to the node when the stream broke may still be carried out there; nobody hears of it.
 */
import { QuestionLine } from '../../src/wire/question-line.js';
import {
  decodeAnswer,
  decodeQuestion,
  encodeAnswer,
  encodeQuestion,
} from '../../src/wire/recovery-codec.js';
import type {
  RecoveryAnswer,
  RecoveryPeer,
  RecoveryQuestion,
} from '../../src/wire/recovery-messages.js';
import type { Direction, PathName, Resettable, SimNetwork } from './sim-network.js';
import type { SimNode } from './sim-node.js';
import type { SimProcess } from './sim-process.js';

const TIMEOUT_MS = 10_000;

export class SimRecoveryPeer implements RecoveryPeer, Resettable {
  readonly #network: SimNetwork;
  readonly #path: PathName;
  readonly #node: SimNode;
  readonly #caller: SimProcess;
  readonly #held: Record<Direction, (() => void)[]> = { to_node: [], from_node: [] };
  readonly #line: QuestionLine;
  /** Counts streams: answers of an earlier one are not heard. */
  #stream = 0;

  constructor(network: SimNetwork, path: PathName, node: SimNode, caller: SimProcess) {
    this.#network = network;
    this.#path = path;
    this.#node = node;
    this.#caller = caller;
    this.#line = new QuestionLine(caller, TIMEOUT_MS, {
      send: (question) => this.#send(encodeQuestion(question)),
      giveUp: (detail) => this.#end(detail),
    });
  }

  ask(question: RecoveryQuestion): Promise<RecoveryAnswer> {
    return this.#line.ask(question);
  }

  close(): void {
    this.#end('closed');
    this.#line.close();
  }

  reset(detail: string): void {
    const stream = this.#stream;
    if (this.#caller.isDead) this.#network.forget(this.#path, this);
    this.#caller.deliver(this.#network.world.nowMs(), () => {
      if (stream === this.#stream) this.#end(detail);
    });
  }

  flush(direction: Direction): void {
    for (const arrive of this.#held[direction].splice(0)) arrive();
  }

  #send(bytes: Uint8Array): void {
    this.#network.begin(this.#path, this);
    const stream = this.#stream;
    this.#carry('to_node', this.#caller, bytes, () => this.#onQuestion(bytes, stream));
  }

  #onQuestion(bytes: Uint8Array, stream: number): void {
    const node = this.#node;
    if (!node.isRunning) {
      if (stream === this.#stream) this.reset('connection refused');
      return;
    }
    const server = node.process;
    server.deliver(this.#network.world.nowMs(), () => {
      void node.answerRecovery(decodeQuestion(bytes)).then((answer) => {
        const isLost = this.#network.goesWrong(this.#path, this.#network.plan.swallowRatio);
        if (server.isDead || isLost || stream !== this.#stream) return;
        const answered = encodeAnswer(answer);
        this.#carry('from_node', server, answered, () => {
          this.#caller.deliver(this.#network.world.nowMs(), () => {
            if (stream !== this.#stream) return;
            this.#network.forget(this.#path, this);
            this.#line.answer(decodeAnswer(answered));
          });
        });
      });
    });
  }

  #carry(direction: Direction, from: SimProcess, bytes: Uint8Array, onArrival: () => void): void {
    const { world, plan } = this.#network;
    this.#network.messageCount += 1;
    const isFatal = this.#network.goesWrong(this.#path, plan.resetRatio);
    const atMs = from.nowMs() + this.#network.delayMs(this.#path);
    const arrive = () => {
      if (this.#network.isBlocked(this.#path, direction)) {
        this.#held[direction].push(arrive);
        return;
      }
      this.#network.log.add(`${this.#path} ${direction} recovery ${bytes.byteLength}`);
      onArrival();
    };
    world.setTimer(atMs - world.nowMs(), () => {
      if (isFatal) this.reset(`reset by a message ${direction}`);
      arrive();
    });
  }

  #end(detail: string): void {
    this.#stream += 1;
    this.#held.from_node = [];
    this.#network.forget(this.#path, this);
    this.#line.end(detail);
  }
}
