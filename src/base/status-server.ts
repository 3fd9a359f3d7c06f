/**
 * The small HTTP port of every server: `/healthz` (the process lives), `/readyz` (it can do its work)
 * and `/metrics` (Prometheus). Read-only, and nothing else is served.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StatusSource {
  /** Undefined when ready, otherwise why not. */
  notReadyReason(): string | undefined;
  metrics(): Promise<string>;
}

export interface StatusServer {
  /** HOST:PORT, with the port that was really taken. */
  address: string;
  close(): Promise<void>;
}

/** Listens on HOST:PORT; rejects with Node's own error when the port cannot be had. */
export async function startStatusServer(
  listen: { host: string; port: number },
  source: StatusSource,
): Promise<StatusServer> {
  const server = createServer((request, response) => {
    void answer(request.method ?? '', request.url ?? '', response, source);
  });
  server.maxConnections = 64;
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return { address: `${listen.host}:${port}`, close: () => closeServer(server) };
}

async function answer(
  method: string,
  url: string,
  response: ServerResponse,
  source: StatusSource,
): Promise<void> {
  const path = url.split('?', 1)[0];
  if (method !== 'GET' && method !== 'HEAD') {
    send(response, 405, `${method} is not allowed; use GET\n`);
  } else if (path === '/healthz') {
    send(response, 200, 'ok\n');
  } else if (path === '/readyz') {
    const reason = source.notReadyReason();
    send(response, reason === undefined ? 200 : 503, `${reason ?? 'ready'}\n`);
  } else if (path === '/metrics') {
    send(response, 200, await source.metrics());
  } else {
    send(response, 404, 'not found; there are /healthz, /readyz and /metrics\n');
  }
}

function send(response: ServerResponse, statusCode: number, body: string): void {
  response.writeHead(statusCode, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  response.end(body);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
