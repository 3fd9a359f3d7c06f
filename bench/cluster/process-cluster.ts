/**
 * A cluster of real processes on this machine: one coordinator, any number of shard nodes, each of
 * which can be killed and started again over the same data.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnnulusClient } from '../../src/client/index.js';
import { ServerProcess } from './server-process.js';
import { freePort, TcpProxy } from './tcp-proxy.js';

export interface ProcessClusterOptions {
  shards: number;
  /** Where data is kept; default a new folder under the system's temporary one. */
  directory?: string;
  /** More environment for every process. */
  env?: Record<string, string>;
  /** Options of Node for every process, such as `--cpu-prof`. */
  execArgv?: readonly string[];
  /** Every node is reached through a proxy of its own, that can go bad like a network. */
  withProxies?: boolean;
  /** Called when all processes have ended, before the data is removed. */
  onStopped?: () => void;
}

export class ProcessCluster {
  readonly directory: string;
  readonly #env: Record<string, string>;
  readonly #execArgv: readonly string[];
  readonly #nodes = new Map<string, ServerProcess>();
  readonly #proxies = new Map<string, TcpProxy>();
  readonly #withProxies: boolean;
  readonly #onStopped: () => void;
  #coordinator!: ServerProcess;
  #address = '127.0.0.1:0';
  #client: AnnulusClient | undefined;

  private constructor(directory: string, options: ProcessClusterOptions) {
    this.directory = directory;
    this.#env = options.env ?? {};
    this.#execArgv = options.execArgv ?? [];
    this.#withProxies = options.withProxies ?? false;
    this.#onStopped = options.onStopped ?? (() => {});
  }

  static async start(options: ProcessClusterOptions): Promise<ProcessCluster> {
    const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'annulus-cluster-'));
    const cluster = new ProcessCluster(directory, options);
    await cluster.startCoordinator();
    const ids = Array.from({ length: options.shards }, (_, i) => `node-${i + 1}`);
    await Promise.all(ids.map((nodeId) => cluster.startNode(nodeId)));
    return cluster;
  }

  /** HOST:PORT of the coordinator; the same after it was started again. */
  get address(): string {
    return this.#address;
  }

  get coordinator(): ServerProcess {
    return this.#coordinator;
  }

  get nodeIds(): string[] {
    return [...this.#nodes.keys()];
  }

  /** One client for everybody; closed with the cluster. */
  get client(): AnnulusClient {
    this.#client ??= new AnnulusClient({ address: this.#address });
    return this.#client;
  }

  node(nodeId: string): ServerProcess {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) throw new Error(`no node ${nodeId}`);
    return node;
  }

  /** What coordinators, and other nodes, reach the node through. */
  proxy(nodeId: string): TcpProxy {
    const proxy = this.#proxies.get(nodeId);
    if (proxy === undefined) throw new Error(`no proxy of ${nodeId}`);
    return proxy;
  }

  /** Where the node keeps its data. */
  nodeDirectory(nodeId: string): string {
    return join(this.directory, nodeId);
  }

  async startCoordinator(): Promise<ServerProcess> {
    const data = ['--data', join(this.directory, 'coordinator')];
    const ports = ['--listen', this.#address, '--http', '127.0.0.1:0'];
    const args = ['coordinator', ...data, ...ports];
    this.#coordinator = await ServerProcess.start(args, this.#env, this.#execArgv);
    this.#address = this.#coordinator.address;
    return this.#coordinator;
  }

  /** Starts a node, or starts one again over the data that it had. */
  async startNode(nodeId: string, args: readonly string[] = []): Promise<ServerProcess> {
    const all = [...(await this.#nodeArgs(nodeId)), ...args];
    const node = await ServerProcess.start(all, this.#env, this.#execArgv);
    this.#nodes.set(nodeId, node);
    return node;
  }

  /** Stops a node for good. */
  async endNode(nodeId: string): Promise<void> {
    await this.node(nodeId).stop();
    this.#nodes.delete(nodeId);
  }

  /** Starts a node, and SIGKILLs it soon after, ready or not. */
  async startAndKillNode(nodeId: string, afterMs: number): Promise<void> {
    await ServerProcess.startAndKill(await this.#nodeArgs(nodeId), this.#env, afterMs);
  }

  async #nodeArgs(nodeId: string): Promise<string[]> {
    const args = ['shard', '--data', this.nodeDirectory(nodeId), '--join', this.#address];
    args.push('--node-id', nodeId);
    if (!this.#withProxies) return args;
    const proxy = this.#proxies.get(nodeId) ?? (await TcpProxy.open());
    this.#proxies.set(nodeId, proxy);
    // Known before the node is: it connects to nobody through the proxy until it has joined.
    proxy.targetPort = await freePort();
    return [...args, '--listen', `127.0.0.1:${proxy.targetPort}`, '--advertise', proxy.address];
  }

  /** SIGKILLs every process at once. */
  async killAll(): Promise<void> {
    await Promise.all([this.#coordinator, ...this.#nodes.values()].map((server) => server.kill()));
  }

  /** Starts everything again over the same data. */
  async restartAll(): Promise<void> {
    await this.startCoordinator();
    await Promise.all(this.nodeIds.map((nodeId) => this.startNode(nodeId)));
  }

  /** Stops what still runs and removes the data. */
  async stop(): Promise<void> {
    await this.#client?.close();
    const running = [...this.#nodes.values(), this.#coordinator].filter((s) => !s.hasExited);
    for (const server of running) server.signal('SIGCONT');
    await Promise.all(running.map((server) => server.stop()));
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.close()));
    this.#onStopped();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
