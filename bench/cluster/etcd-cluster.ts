/**
 * Two coordinators over a real etcd, and shard nodes, all of them processes of this machine that can be
 * killed and started again over the same data.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnnulusClient } from '../../src/client/index.js';
import { EtcdServer } from './etcd-server.js';
import { ServerProcess } from './server-process.js';

export interface EtcdClusterOptions {
  coordinators: number;
  shards: number;
  /** More options for every coordinator. */
  coordinatorArgs?: readonly string[];
}

export class EtcdCluster {
  readonly etcd: EtcdServer;
  readonly directory: string = mkdtempSync(join(tmpdir(), 'annulus-etcd-cluster-'));
  readonly #args: readonly string[];
  readonly #coordinators: ServerProcess[] = [];
  readonly #addresses: string[] = [];
  readonly #nodes = new Map<string, ServerProcess>();
  readonly #clients: AnnulusClient[] = [];

  private constructor(etcd: EtcdServer, args: readonly string[]) {
    this.etcd = etcd;
    this.#args = args;
  }

  static async start(options: EtcdClusterOptions): Promise<EtcdCluster> {
    const etcd = await EtcdServer.start();
    const cluster = new EtcdCluster(etcd, options.coordinatorArgs ?? []);
    try {
      for (let i = 0; i < options.coordinators; i += 1) await cluster.startCoordinator(i);
      const ids = Array.from({ length: options.shards }, (_, i) => `node-${i + 1}`);
      await Promise.all(ids.map((nodeId) => cluster.startNode(nodeId)));
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** HOST:PORT of every coordinator; the same after it was started again. */
  get addresses(): string[] {
    return [...this.#addresses];
  }

  /** Of all nodes that were started, running or not. */
  get nodeIds(): string[] {
    return [...this.#nodes.keys()];
  }

  coordinator(index: number): ServerProcess {
    return this.#coordinators[index] as ServerProcess;
  }

  node(nodeId: string): ServerProcess {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) throw new Error(`no node ${nodeId}`);
    return node;
  }

  /** Closed with the cluster. Without `index`: one that knows all coordinators. */
  client(index?: number): AnnulusClient {
    const address = index === undefined ? this.addresses : (this.#addresses[index] as string);
    const client = new AnnulusClient({ address });
    this.#clients.push(client);
    return client;
  }

  async startCoordinator(index: number): Promise<void> {
    const args = ['coordinator', '--data', join(this.directory, `coordinator-${index}`)];
    args.push('--listen', this.#addresses[index] ?? '127.0.0.1:0', '--http', '127.0.0.1:0');
    args.push('--etcd', this.etcd.endpoint, '--controller-lease-ms', '2000', ...this.#args);
    const coordinator = await ServerProcess.start(args);
    this.#coordinators[index] = coordinator;
    this.#addresses[index] = coordinator.address;
  }

  async startNode(nodeId: string): Promise<void> {
    const args = ['shard', '--data', join(this.directory, nodeId), '--node-id', nodeId];
    args.push('--join', this.#addresses.join(','), '--zone', nodeId);
    this.#nodes.set(nodeId, await ServerProcess.start(args));
  }

  /** What a coordinator's status port answers. */
  async status(index: number, path: string): Promise<{ code: number; text: string }> {
    const { http_address: address } = this.coordinator(index).ready;
    const response = await fetch(`http://${address}${path}`);
    return { code: response.status, text: await response.text() };
  }

  /** Which coordinator is the controller; undefined while none is. */
  async controller(): Promise<number | undefined> {
    for (const [index, coordinator] of this.#coordinators.entries()) {
      if (coordinator.hasExited) continue;
      const { text } = await this.status(index, '/metrics').catch(() => ({ text: '' }));
      if (/^annulus_controller 1$/m.test(text)) return index;
    }
    return undefined;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close({ timeoutMs: 100 })));
    const running = [...this.#nodes.values(), ...this.#coordinators].filter((s) => !s.hasExited);
    for (const server of running) server.signal('SIGCONT');
    this.etcd.resume();
    await Promise.all(running.map((server) => server.stop()));
    await this.etcd.dispose();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
