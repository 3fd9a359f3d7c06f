/**
 * Tells the coordinators that the node is there: each in turn, with a back-off that doubles, until one
 * has accepted. What a coordinator refuses for good (the id is another node's) is tried again too,
 * since an operator may settle it; the log says why. Only a node that was removed gives up: it is not
 * wanted, and would come back each time that somebody starts it.
 */
import { ChannelCredentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { Clock, Timer } from '../src/base/clock.js';
import { AnnulusError } from '../src/base/errors.js';
import type { Logger } from '../src/base/logger.js';
import type { AddNodeRequest } from '../src/wire/generated/annulus/v1/AddNodeRequest.js';
import { annulusV1 } from '../src/wire/proto-package.js';
import { errorOf } from '../src/wire/status-mapping.js';

/** Calls `AddNode` of the coordinator at an address. */
export type AddNode = (address: string, request: AddNodeRequest) => Promise<void>;

const DELAY_MS_MIN = 100;
const DELAY_MS_MAX = 2000;
const CALL_TIMEOUT_MS = 2000;
/** Of attempts that fail, every so many is logged as a warning. */
const ATTEMPTS_PER_WARNING = 10;

export class ClusterJoiner {
  /** Resolves when the node has joined. */
  readonly joined: Promise<void>;
  /** Resolves, with what a coordinator said, when the node was removed from the cluster. */
  readonly removed: Promise<AnnulusError>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #addNode: AddNode;
  readonly #addresses: readonly string[];
  readonly #request: AddNodeRequest;
  #resolve: () => void = () => {};
  #resolveRemoved: (error: AnnulusError) => void = () => {};
  #timer: Timer | undefined;
  #isStopped = false;
  #hasJoined = false;

  constructor(
    clock: Clock,
    logger: Logger,
    addNode: AddNode,
    addresses: readonly string[],
    request: AddNodeRequest,
  ) {
    this.#clock = clock;
    this.#logger = logger;
    this.#addNode = addNode;
    this.#addresses = addresses;
    this.#request = request;
    this.joined = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.removed = new Promise((resolve) => {
      this.#resolveRemoved = resolve;
    });
  }

  get hasJoined(): boolean {
    return this.#hasJoined;
  }

  /** Begins, and goes on until it has joined or is stopped. */
  start(): void {
    if (this.#addresses.length > 0) void this.#attempt(0);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #attempt(count: number): Promise<void> {
    const address = this.#addresses[count % this.#addresses.length] as string;
    try {
      await this.#addNode(address, this.#request);
    } catch (error) {
      if (error instanceof AnnulusError && error.reason === 'NODE_REMOVED') {
        this.#logger.error({ coordinator: address }, error.message);
        this.#resolveRemoved(error);
        return;
      }
      this.#retry(count, address, error as Error);
      return;
    }
    this.#hasJoined = true;
    this.#logger.info({ coordinator: address }, 'joined the cluster');
    this.#resolve();
  }

  #retry(count: number, address: string, error: Error): void {
    if (this.#isStopped) return;
    const round = Math.floor(count / this.#addresses.length);
    const delayMs = Math.min(DELAY_MS_MAX, DELAY_MS_MIN * 2 ** Math.min(round, 10));
    const fields = { coordinator: address, error: error.message, retryAfterMs: delayMs };
    const level = count % ATTEMPTS_PER_WARNING === 0 ? 'warn' : 'debug';
    this.#logger[level](fields, 'could not join the cluster, will try again');
    this.#timer = this.#clock.setTimer(delayMs, () => void this.#attempt(count + 1));
  }
}

/** {@link AddNode} over gRPC, a fresh connection each time: a join is rare, and addresses move. */
export function grpcAddNode(clock: Clock): AddNode {
  return (address, request) => {
    const client = new annulusV1.Cluster(address, ChannelCredentials.createInsecure(), {
      'grpc.enable_channelz': 0,
    });
    const options = { deadline: clock.wallMs() + CALL_TIMEOUT_MS };
    return new Promise<void>((resolve, reject) => {
      client.AddNode(request, new Metadata(), options, (error: ServiceError | null) => {
        client.close();
        if (error === null) resolve();
        else reject(errorOf(error));
      });
    });
  };
}
