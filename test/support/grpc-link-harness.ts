/** A gRPC link between this process and a scripted node on a real loopback socket. */
import { randomUUID } from 'node:crypto';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import {
  LinkService,
  type LinkServiceLimits,
  linkServerOptions,
} from '../../shards/link-service.js';
import { nodeId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { seededRandom } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import {
  GrpcShardLink,
  type GrpcShardLinkOptions,
} from '../../src/coordinator/transport/grpc-shard-link.js';
import type { ShardLinkHarness } from '../contract/shard-link.contract.js';
import { ScriptedLinkHandler } from './scripted-link-handler.js';
import { until } from './until.js';

export const CLUSTER = 'cluster-1';

export interface LinkServer {
  server: Server;
  service: LinkService;
  port: number;
}

export async function serveLink(
  handler: ScriptedLinkHandler,
  port = 0,
  limits?: LinkServiceLimits,
): Promise<LinkServer> {
  // Without channelz, grpc-js 1.14.7 forgets its sessions, and `forceShutdown` leaves them open.
  const server = new Server({ ...linkServerOptions, 'grpc.enable_channelz': 1 });
  const service = new LinkService(handler, {
    clock: systemClock,
    logger: silentLogger,
    incarnation: randomUUID(),
    ...(limits === undefined ? {} : { limits }),
  });
  service.addTo(server);
  const boundPort = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { server, service, port: boundPort };
}

/** A link with short waits, and what it told its owner. */
export function linkTo(
  port: number,
  options: Partial<GrpcShardLinkOptions> = {},
  peer: { nodeId?: string; clusterId?: string } = {},
): { link: GrpcShardLink; events: ShardLinkHarness['events']; details: string[] } {
  const events: ShardLinkHarness['events'] = [];
  const details: string[] = [];
  const link = new GrpcShardLink(
    {
      address: `127.0.0.1:${port}`,
      nodeId: nodeId(peer.nodeId ?? 'n1'),
      clusterId: peer.clusterId ?? CLUSTER,
    },
    {
      clock: systemClock,
      random: seededRandom(1),
      logger: silentLogger,
      backoff: { delayMsMin: 5, delayMsMax: 50, factor: 2 },
      observer: {
        onConnected: () => events.push('connected'),
        onDisconnected: (detail) => {
          events.push('disconnected');
          details.push(detail);
        },
      },
      ...options,
    },
  );
  return { link, events, details };
}

export async function openGrpcLinkHarness(): Promise<ShardLinkHarness> {
  const node = new ScriptedLinkHandler(nodeId('n1'), CLUSTER);
  let server = await serveLink(node);
  const { port } = server;
  const { link, events } = linkTo(port);
  await until(() => link.isConnected);
  return {
    link,
    node,
    clock: systemClock,
    events,
    until,
    kill: async () => server.server.forceShutdown(),
    restart: async () => {
      server = await serveLink(node, port);
    },
    close: async () => {
      link.close();
      server.server.forceShutdown();
    },
  };
}

/** A scripted node that is served, and everything that a test opened to it: closed at its end. */
export class LinkFixture {
  readonly node = new ScriptedLinkHandler(nodeId('n1'), CLUSTER);
  readonly #closers: (() => void)[] = [];
  server!: LinkServer;

  async serve(limits?: LinkServiceLimits, port = 0): Promise<void> {
    const served = await serveLink(this.node, port, limits);
    this.server = served;
    this.onClose(() => served.server.forceShutdown());
  }

  /** A link to the node, not necessarily connected yet. */
  link(...[options, peer, port]: LinkArguments): ReturnType<typeof linkTo> {
    const opened = linkTo(port ?? this.server.port, options, peer);
    this.onClose(() => opened.link.close());
    return opened;
  }

  async connectedLink(...args: LinkArguments): Promise<ReturnType<typeof linkTo>> {
    const opened = this.link(...args);
    await until(() => opened.link.isConnected);
    return opened;
  }

  onClose(close: () => void): void {
    this.#closers.push(close);
  }

  close(): void {
    for (const close of this.#closers.splice(0)) close();
  }
}

type LinkArguments = [
  options?: Partial<GrpcShardLinkOptions>,
  peer?: { nodeId?: string; clusterId?: string },
  port?: number,
];
