/** A TCP proxy that can stand still: what a stopped process, or a cable pulled out, looks like. */
import { connect, createServer, type Socket } from 'node:net';

export interface StallableProxy {
  port: number;
  /** Nothing is taken from either side any more; connections stay open. */
  stall(): void;
  resume(): void;
  close(): void;
}

export async function openStallableProxy(targetPort: number): Promise<StallableProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    stall: () => {
      for (const socket of sockets) socket.pause();
    },
    resume: () => {
      for (const socket of sockets) socket.resume();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
