/**
 * A cluster of real processes on this machine: one coordinator, any number of shard nodes, each of
 * which can be killed and started again over the same data.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnnulusClient } from '../../src/client/index.js';
import { ServerProcess } from './server-process.js';

export interface ProcessClusterOptions {
  shards: number;
  /** Where data is kept; default a new folder under the system's temporary one. */
  directory?: string;
  /** More environment for every process. */
  env?: Record<string, string>;
  /** Options of Node for every process, such as `--cpu-prof`. */
  execArgv?: readonly string[];
}

export class ProcessCluster {
  readonly directory: string;
  readonly #env: Record<string, string>;
  readonly #execArgv: readonly string[];
  readonly #nodes = new Map<string, ServerProcess>();
  #coordinator!: ServerProcess;
  #address = '127.0.0.1:0';
  #client: AnnulusClient | undefined;

  private constructor(directory: string, options: ProcessClusterOptions) {
    this.directory = directory;
    this.#env = options.env ?? {};
    this.#execArgv = options.execArgv ?? [];
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

  async startCoordinator(): Promise<ServerProcess> {
    this.#coordinator = await ServerProcess.start(
      [
        'coordinator',
        '--data',
        join(this.directory, 'coordinator'),
        '--listen',
        this.#address,
      ].concat(['--http', '127.0.0.1:0']),
      this.#env,
      this.#execArgv,
    );
    this.#address = this.#coordinator.address;
    return this.#coordinator;
  }

  /** Starts a node, or starts one again over the data that it had. */
  async startNode(nodeId: string, args: readonly string[] = []): Promise<ServerProcess> {
    const node = await ServerProcess.start(
      [
        'shard',
        ...['--data', join(this.directory, nodeId)],
        ...['--join', this.#address],
        ...['--node-id', nodeId],
        ...args,
      ],
      this.#env,
      this.#execArgv,
    );
    this.#nodes.set(nodeId, node);
    return node;
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
    rmSync(this.directory, { recursive: true, force: true });
  }
}
