/**
 * A shard node that fails every read at once and is well otherwise: heartbeats, assignments, writes and
 * recovery go through to the real node behind it. That is the failure which attracts traffic, since
 * nothing is ever outstanding. It counts the reads that it is asked for.
 */
import { credentials, Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { linkServerOptions } from '../../shards/link-service.js';
import { systemClock } from '../../src/base/system-clock.js';
import { NO_VERSION } from '../../src/base/version.js';
import { ByteWriter } from '../../src/wire/bytes.js';
import type {
  LinkBatch,
  LinkBatch__Output,
} from '../../src/wire/generated/annulus/v1/LinkBatch.js';
import type {
  ShardLinkClient,
  ShardLinkHandlers,
} from '../../src/wire/generated/annulus/v1/ShardLink.js';
import { readRequestBatch, writeReplyItem, writeRequestItem } from '../../src/wire/link-codec.js';
import type { LinkReply } from '../../src/wire/link-messages.js';
import { annulusV1 } from '../../src/wire/proto-package.js';

type NearStream = ServerDuplexStream<LinkBatch__Output, LinkBatch>;
type FarStream = ReturnType<ShardLinkClient['search']>;
type StreamName = 'search' | 'write' | 'recovery';

const CALL_TIMEOUT_MS = 10_000;
const load = { queueDepth: 0, queueMs: 0, serviceMs: 0, highestVersion: NO_VERSION };
const refusal: LinkReply = {
  kind: 'refused',
  status: 'unavailable',
  detail: 'fails on purpose',
  retryAfterMs: 0,
};

export class FailingRelay {
  /** Reads are failed from now on. */
  isFailing = false;
  /** When each read arrived, on the monotonic clock. */
  readonly readsAtMs: number[] = [];
  readonly #far: ShardLinkClient;
  readonly #server = new Server(linkServerOptions);
  #port = 0;

  private constructor(nodeAddress: string) {
    this.#far = new annulusV1.ShardLink(nodeAddress, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      'grpc.max_reconnect_backoff_ms': 200,
    });
  }

  /** Listens on any free port of 127.0.0.1; the node may start later. */
  static async open(nodeAddress: string): Promise<FailingRelay> {
    const relay = new FailingRelay(nodeAddress);
    await relay.#listen();
    return relay;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  close(): void {
    this.#server.forceShutdown();
    this.#far.close();
  }

  async #listen(): Promise<void> {
    const far = this.#far;
    const deadline = () => ({ deadline: systemClock.wallMs() + CALL_TIMEOUT_MS });
    const handlers: ShardLinkHandlers = {
      Hello: ({ request }, callback) => void far.hello(request, deadline(), callback),
      Assign: ({ request }, callback) => void far.assign(request, deadline(), callback),
      Describe: ({ request }, callback) => void far.describe(request, deadline(), callback),
      Search: (near) => this.#relay(near, 'search'),
      Write: (near) => this.#relay(near, 'write'),
      Recovery: (near) => this.#relay(near, 'recovery'),
    };
    this.#server.addService(annulusV1.ShardLink.service, handlers);
    this.#port = await new Promise<number>((resolve, reject) => {
      const insecure = ServerCredentials.createInsecure();
      this.#server.bindAsync('127.0.0.1:0', insecure, (error, port) => {
        if (error === null) resolve(port);
        else reject(error);
      });
    });
  }

  #relay(near: NearStream, name: StreamName): void {
    const far: FarStream = this.#far[name]();
    far.on('metadata', (metadata) => near.sendMetadata(metadata));
    far.on('data', (batch: LinkBatch__Output) => near.write(batch));
    far.on('error', () => {});
    far.on('status', () => near.end());
    near.on('data', (batch: LinkBatch__Output) => {
      if (name === 'search') this.#passReads(batch, near, far);
      else far.write(batch);
    });
    near.on('end', () => far.end());
    near.on('cancelled', () => far.cancel());
    near.on('error', () => {});
  }

  #passReads(batch: LinkBatch__Output, near: NearStream, far: FarStream): void {
    const through = new ByteWriter();
    const failed = new ByteWriter();
    readRequestBatch(batch.items, (item) => {
      if (item.kind === 'cancel') return;
      const { correlation, timeLeftMs, request } = item;
      if (request.kind === 'heartbeat') {
        writeRequestItem(through, correlation, timeLeftMs, request);
        return;
      }
      this.readsAtMs.push(systemClock.nowMs());
      writeReplyItem(failed, correlation, refusal, load);
    });
    if (!this.isFailing) {
      far.write(batch);
      return;
    }
    if (through.length > 0) far.write({ items: through.finish() });
    if (failed.length > 0) near.write({ items: failed.finish() });
  }
}
