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

export interface StatusServerLimits {
  /** Connections at once; further ones are closed. Default 64. */
  connectionsMax: number;
  /**
   * A connection whose request has not arrived whole after this long is closed: silent ones must not
   * keep the others out. Default 5,000.
   */
  requestTimeoutMs: number;
  /** How often that is looked at. Default 1,000. */
  checkIntervalMs: number;
}

const defaultStatusLimits: StatusServerLimits = {
  connectionsMax: 64,
  requestTimeoutMs: 5_000,
  checkIntervalMs: 1_000,
};

/** Listens on HOST:PORT; rejects with Node's own error when the port cannot be had. */
export async function startStatusServer(
  listen: { host: string; port: number },
  source: StatusSource,
  limits: StatusServerLimits = defaultStatusLimits,
): Promise<StatusServer> {
  const options = {
    headersTimeout: limits.requestTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
  };
  const server = createServer(options, (request, response) => {
    void answer(request.method ?? '', request.url ?? '', response, source);
  });
  server.maxConnections = limits.connectionsMax;
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
