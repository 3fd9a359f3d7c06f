/**
 * A plain gRPC client of the public API: no SDK in between, names as in the protos, so that tests can
 * say what the SDK would never say.
 */
import { type Client, credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoDirectory } from '../../src/wire/proto-package.js';

const definition = loadSync(['annulus/v1/annulus.proto', 'annulus/v1/cluster.proto'], {
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
  includeDirs: [protoDirectory],
});

type Stub = Client & Record<string, (...args: unknown[]) => unknown>;
interface Stubs {
  annulus: { v1: Record<'Annulus' | 'Cluster', new (...args: unknown[]) => Stub> };
}

const MESSAGE_BYTES_MAX = 256 * 1024 * 1024;
const CALL_TIMEOUT_MS = 20_000;

export interface RawStream {
  write(message: unknown): void;
  end(): void;
  cancel(): void;
  on(event: string, listener: (value: never) => void): void;
}

export class RawClient {
  readonly #stubs: Stub[];

  constructor(address: string) {
    const { Annulus, Cluster } = (loadPackageDefinition(definition) as unknown as Stubs).annulus.v1;
    const options = {
      'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
      'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
      'grpc.use_local_subchannel_pool': 1,
    };
    this.#stubs = [Annulus, Cluster].map(
      (Service) => new Service(address, credentials.createInsecure(), options),
    );
  }

  /** Calls a unary method of either service; rejects with the gRPC error. */
  call<T = Record<string, unknown>>(method: string, request: unknown): Promise<T> {
    const stub = this.#stub(method);
    const deadline = Date.now() + CALL_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      stub[method]?.(request, { deadline }, (error: ServiceError | null, answer: T) => {
        if (error === null) resolve(answer);
        else reject(error);
      });
    });
  }

  stream(method: string): RawStream {
    return this.#stub(method)[method]?.() as RawStream;
  }

  close(): void {
    for (const stub of this.#stubs) stub.close();
  }

  #stub(method: string): Stub {
    const stub = this.#stubs.find((candidate) => typeof candidate[method] === 'function');
    if (stub === undefined) throw new Error(`no method ${method}`);
    return stub;
  }
}
