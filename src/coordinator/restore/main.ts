/** `annulus topology restore` as a process: the store that options name, and the nodes over gRPC. */
import { systemClock } from '../../base/system-clock.js';
import { openTopologyStore } from '../open-topology-store.js';
import type { EtcdOptions } from '../topology/etcd-connection.js';
import { grpcDescribeNode } from '../transport/grpc-describe-node.js';
import { type RestoreOptions, restoreTopology } from './restore-topology.js';
import type { Restored } from './restored-topology.js';

export interface RestorePlace {
  dataDirectory: string;
  etcd: EtcdOptions | undefined;
  /** How long a node may take to answer, in milliseconds. */
  timeoutMs: number;
}

/** Rejects with a `StartupError`, or a store's error, that says why not. */
export async function runRestore(
  { dataDirectory, etcd, timeoutMs }: RestorePlace,
  options: RestoreOptions,
): Promise<Restored> {
  const store = await openTopologyStore(dataDirectory, etcd);
  try {
    return await restoreTopology(store, grpcDescribeNode(systemClock, timeoutMs), options);
  } finally {
    await store.close();
  }
}
