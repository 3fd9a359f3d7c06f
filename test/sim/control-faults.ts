/** Faults of coordinators, and of the topology store that they share. */
import type { Fault } from './fault-plan.js';
import type { SimCluster } from './sim-cluster.js';
import type { SimCoordinator } from './sim-coordinator.js';

export type ControlFault = Extract<Fault, { kind: ControlFaultKind }>;

const kinds = [
  'crash_coordinator',
  'jump_wall_clock',
  'crash_controller',
  'pause_controller',
  'pause_coordinator',
  'store_away',
  'cut_store',
  'slow_watch',
  'cut_one_link',
] as const;
type ControlFaultKind = (typeof kinds)[number];

export function isOfControl(fault: Fault): fault is ControlFault {
  return kinds.some((kind) => kind === fault.kind);
}

/** `after`: calls later, unless all has been healed by then. */
export function beginControlFault(
  cluster: SimCluster,
  fault: ControlFault,
  after: (delayMs: number, callback: () => void) => void,
): void {
  const { coordinators, etcd, network, nodes } = cluster;
  const one = (index: number) => coordinators[index % coordinators.length] as SimCoordinator;
  const controller = () => one(etcd.controller ?? 0);
  switch (fault.kind) {
    case 'crash_coordinator':
      crash(one(fault.coordinator ?? 0), fault.downMs, after);
      return;
    case 'crash_controller':
      crash(controller(), fault.downMs, after);
      return;
    case 'jump_wall_clock':
      one(fault.coordinator ?? 0).jumpWall(fault.byMs);
      return;
    case 'pause_controller':
      controller().pause(fault.forMs);
      return;
    case 'pause_coordinator':
      one(fault.coordinator).pause(fault.forMs);
      return;
    case 'store_away':
      etcd.goAway();
      after(fault.forMs, () => etcd.comeBack());
      return;
    case 'cut_store': {
      const { index } = one(fault.coordinator);
      etcd.cutOff(index);
      after(fault.forMs, () => etcd.rejoin(index));
      return;
    }
    case 'slow_watch': {
      const slow = one(fault.coordinator);
      slow.watchLagMs = fault.lagMs;
      after(fault.forMs, () => {
        slow.watchLagMs = 0;
      });
      return;
    }
    case 'cut_one_link': {
      const node = nodes[fault.node % nodes.length];
      if (node === undefined) return;
      const path = one(fault.coordinator).pathTo(node.nodeId);
      network.cut(path, fault.direction);
      after(fault.forMs, () => network.mend(path, fault.direction));
      return;
    }
  }
}

function crash(
  one: SimCoordinator,
  downMs: number,
  after: (delayMs: number, callback: () => void) => void,
): void {
  if (one.process.isDead) return;
  one.crash();
  after(downMs, () => {
    if (one.process.isDead) void one.start();
  });
}
