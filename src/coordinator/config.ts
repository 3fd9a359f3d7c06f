/** What a coordinator can be told, with defaults. The CLI's option table gives these their flags. */
import {
  type ControllerLeaseOptions,
  defaultControllerLeaseOptions,
} from './control/controller-lease.js';
import { defaultLimits, type RequestLimits } from './limits.js';
import { defaultMoveDriverOptions, type MoveDriverOptions } from './moves/move-driver.js';
import { defaultNodeRegistryOptions, type NodeRegistryOptions } from './nodes/node-registry.js';
import { defaultRecoveryOptions, type RecoveryOptions } from './replication/recovery-controller.js';
import {
  defaultReplicaComparerOptions,
  type ReplicaComparerOptions,
} from './replication/replica-comparer.js';
import type { AdmissionOptions } from './resilience/admission.js';
import { defaultWriteGateOptions, type WriteGateOptions } from './resilience/write-gate.js';
import { defaultReadRouterOptions, type ReadRouterOptions } from './search/read-router.js';
import { defaultSplitOptions, type SplitOptions } from './splits/split-triggers.js';

export interface HostAndPort {
  host: string;
  /** 0: any free port. */
  port: number;
}

/** Where the topology is kept when several coordinators share it. */
export interface EtcdLocation {
  /** `HOST:PORT` of its members, or `http://` or `https://` before it; all with the same one. */
  endpoints: readonly string[];
  /** Before every key; ends with `/`. */
  prefix: string;
}

export interface CoordinatorOptions {
  /** Folder of the coordinator, with the embedded topology store; made when it does not exist. */
  dataDirectory: string;
  /** Undefined: the topology is embedded, and this is the only coordinator. */
  etcd: EtcdLocation | undefined;
  /**
   * After so many milliseconds without word from a shared topology store, answers and `/readyz` say
   * that the topology may be out of date; 200..600,000. Default 5,000.
   */
  topologyLeaseMs: number;
  controllerLease: ControllerLeaseOptions;
  /** Where the gRPC service listens. Default 127.0.0.1:7700. */
  listen: HostAndPort;
  /** Where `/healthz`, `/readyz` and `/metrics` are served. Undefined: nowhere. */
  http: HostAndPort | undefined;
  limits: RequestLimits;
  nodes: NodeRegistryOptions;
  /** Hedging, what reads may send beyond their first attempts, and how long they may wait. */
  reads: ReadRouterOptions;
  /** What this coordinator takes on of writes. */
  writes: WriteGateOptions;
  recovery: RecoveryOptions;
  comparison: ReplicaComparerOptions;
  /** Moving replicas as nodes come and go. */
  moves: MoveDriverOptions;
  /** When collections get more partitions by themselves. */
  splits: SplitOptions;
  /**
   * How long a replica may take over a write before it is taken out of the in-sync set, in
   * milliseconds; 10..600,000. Raise it where disks stall for seconds. Default 5,000.
   */
  writeTimeoutMs: number;
  /** How long to wait at the start for known nodes to connect, in milliseconds. Default 3,000. */
  startWaitMs: number;
  /** How long a stop waits for what is in flight, in milliseconds. Default 10,000. */
  stopTimeoutMs: number;
}

/** What this coordinator takes on, over the defaults. */
export function overloadOptions(given: {
  admission: Partial<AdmissionOptions>;
  writes: Partial<WriteGateOptions>;
  /** How long a node may let reads wait, in milliseconds. */
  nodeDelayMsTarget: number;
}): Pick<CoordinatorOptions, 'nodes' | 'reads' | 'writes'> {
  const nodes = defaultNodeRegistryOptions;
  const reads = defaultReadRouterOptions;
  return {
    nodes: {
      ...nodes,
      concurrency: { ...nodes.concurrency, delayMsTarget: given.nodeDelayMsTarget },
    },
    reads: { ...reads, admission: { ...reads.admission, ...given.admission } },
    writes: { ...defaultWriteGateOptions, ...given.writes },
  };
}

type GivenOptions = Partial<Omit<CoordinatorOptions, 'moves' | 'recovery' | 'splits'>> &
  Pick<CoordinatorOptions, 'dataDirectory'> & {
    moves?: Partial<MoveDriverOptions>;
    splits?: Partial<SplitOptions>;
    recovery?: Partial<RecoveryOptions>;
  };

/** `given` over the defaults. */
export function coordinatorOptions({
  moves,
  recovery,
  splits,
  ...given
}: GivenOptions): CoordinatorOptions {
  return {
    listen: { host: '127.0.0.1', port: 7700 },
    http: undefined,
    etcd: undefined,
    topologyLeaseMs: 5_000,
    controllerLease: defaultControllerLeaseOptions,
    limits: defaultLimits,
    nodes: defaultNodeRegistryOptions,
    reads: defaultReadRouterOptions,
    writes: defaultWriteGateOptions,
    comparison: defaultReplicaComparerOptions,
    recovery: { ...defaultRecoveryOptions, ...recovery },
    moves: { ...defaultMoveDriverOptions, ...moves },
    splits: { ...defaultSplitOptions, ...splits },
    writeTimeoutMs: 5_000,
    startWaitMs: 3_000,
    stopTimeoutMs: 10_000,
    ...given,
  };
}
