/**
 * A TCP proxy between a server and whoever connects to it, which can go bad like a network: one
 * direction (or both) delivers nothing while connections stay open, or every connection is reset.
 * What a direction holds back is delivered when it is released, as retransmission would. The target
 * may change, since a server that was started again has another port.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export type Direction = 'to_server' | 'to_client';

interface Leg {
  from: Socket;
  to: Socket;
  direction: Direction;
  isFull: boolean;
}

export class TcpProxy {
  readonly #server: Server;
  readonly #legs = new Set<Leg>();
  readonly #held = new Set<Direction>();
  #targetPort: number;
  #isRefusing = false;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near));
  }

  /** Listens on any free port of 127.0.0.1. */
  static async open(targetPort = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get targetPort(): number {
    return this.#targetPort;
  }

  set targetPort(port: number) {
    this.#targetPort = port;
  }

  /** Nothing more arrives in these directions, on old connections and new ones. */
  hold(...directions: readonly Direction[]): void {
    for (const direction of directions) this.#held.add(direction);
    for (const leg of this.#legs) this.#flow(leg);
  }

  /** Resets every connection, now and until `release`. */
  refuse(): void {
    this.#isRefusing = true;
    for (const { from } of this.#legs) from.resetAndDestroy();
  }

  /** All is well again. */
  release(): void {
    this.#isRefusing = false;
    this.#held.clear();
    for (const leg of this.#legs) this.#flow(leg);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const { from } of this.#legs) from.destroy();
    await closed;
  }

  #accept(near: Socket): void {
    if (this.#isRefusing) {
      near.on('error', () => {});
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: this.#targetPort, host: '127.0.0.1', allowHalfOpen: true });
    near.setNoDelay();
    far.setNoDelay();
    this.#join({ from: near, to: far, direction: 'to_server', isFull: false });
    this.#join({ from: far, to: near, direction: 'to_client', isFull: false });
  }

  #join(leg: Leg): void {
    const { from, to } = leg;
    this.#legs.add(leg);
    from.on('data', (bytes) => {
      leg.isFull = !to.write(bytes);
      this.#flow(leg);
    });
    to.on('drain', () => {
      leg.isFull = false;
      this.#flow(leg);
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#legs.delete(leg);
      to.destroy();
    });
    this.#flow(leg);
  }

  #flow(leg: Leg): void {
    if (leg.isFull || this.#held.has(leg.direction)) leg.from.pause();
    else leg.from.resume();
  }
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
