/**
 * Writes what a copy brought, a group at a time, one group on its way to the disk while the next one is
 * made ready. While the node answers searches groups are small and it rests after each, so that copying
 * takes a share of its time and no search waits for more than a group.
 */
import type { AbsorbedEntry } from '../store/partition-store.js';
import type { CopyChannel } from './copy-channel.js';
import type { LevelledReplica } from './levelled-replica.js';

const GROUP_MAX = 512;
const SEARCHED_GROUP_MAX = 64;

export class RowAbsorber {
  readonly #channel: CopyChannel;
  readonly #replica: LevelledReplica;
  #last: Promise<void> = Promise.resolve();
  #failure: unknown;

  constructor(channel: CopyChannel, replica: LevelledReplica) {
    this.#channel = channel;
    this.#replica = replica;
  }

  /**
   * `isStillRight` is asked for each entry just before it is written. Resolves when all but the last
   * group are durable. Rejects with the store's error, also of a group before.
   */
  async add<T extends AbsorbedEntry>(
    entries: readonly T[],
    isStillRight: (entry: T) => boolean = () => true,
  ): Promise<void> {
    let left = entries;
    while (left.length > 0 && !this.#channel.isStopped) {
      const isSearched = this.#replica.isSearched;
      const size = isSearched ? SEARCHED_GROUP_MAX : GROUP_MAX;
      const group = left.slice(0, size);
      left = left.slice(size);
      await this.#replica.whenRoomFor(group.length);
      await this.drain();
      const startedAtMs = this.#channel.clock.nowMs();
      this.#start(group.filter(isStillRight));
      if (!isSearched) continue;
      await this.drain();
      await this.#channel.rest(true, this.#channel.clock.nowMs() - startedAtMs);
    }
  }

  /** Resolves when everything that was added is durable. Rejects with the store's error. */
  async drain(): Promise<void> {
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #start(group: readonly AbsorbedEntry[]): void {
    if (group.length === 0) return;
    const { progress } = this.#channel;
    this.#last = this.#replica.absorb(group).then(
      (count) => {
        progress.rowCount += count;
      },
      (error: unknown) => {
        this.#failure = error;
      },
    );
  }
}
