import type { Epoch } from '../../base/ids.js';
import type { Topology } from './topology.js';

interface Watcher {
  listener: (topology: Topology) => void;
  seenEpoch: Epoch;
}

/** Tells listeners of each newer topology, each in a microtask of its own; adapters share it. */
export class TopologyWatchers {
  readonly #watchers = new Set<Watcher>();
  #latest: Topology | undefined;

  /** Epochs that are not newer are ignored. */
  publish(topology: Topology): void {
    if (this.#latest !== undefined && this.#latest.epoch >= topology.epoch) return;
    this.#latest = topology;
    for (const watcher of this.#watchers) this.#tell(watcher);
  }

  add(listener: (topology: Topology) => void): () => void {
    const watcher: Watcher = { listener, seenEpoch: -1 };
    this.#watchers.add(watcher);
    this.#tell(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  clear(): void {
    this.#watchers.clear();
  }

  #tell(watcher: Watcher): void {
    queueMicrotask(() => {
      const latest = this.#latest;
      if (latest === undefined || latest.epoch <= watcher.seenEpoch) return;
      if (!this.#watchers.has(watcher)) return;
      watcher.seenEpoch = latest.epoch;
      watcher.listener(latest);
    });
  }
}
