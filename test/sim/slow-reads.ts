import type { PartitionStore, Row } from '../../shards/store/partition-store.js';

/** A store whose reads take time, row by row. */
export function slowReads(store: PartitionStore, onRow: () => void): PartitionStore {
  function* slowly(rows: IterableIterator<Row>) {
    for (const row of rows) {
      onRow();
      yield row;
    }
  }
  return {
    get documentCount() {
      return store.documentCount;
    },
    get lastSeq() {
      return store.lastSeq;
    },
    get highestVersion() {
      return store.highestVersion;
    },
    write: (version, ops) => store.write(version, ops),
    absorb: (entries) => store.absorb(entries),
    get: (id) => {
      onRow();
      return store.get(id);
    },
    row: (seq) => {
      onRow();
      return store.row(seq);
    },
    readRow: (seq, read) => {
      onRow();
      store.readRow(seq, read);
    },
    scan: (afterSeq) => slowly(store.scan(afterSeq)),
    list: (afterId) => slowly(store.list(afterId)),
    entries: (afterId) => store.entries(afterId),
    digest: (horizon) => store.digest(horizon),
    record: (id) => store.record(id),
    tombstonesBefore: (before, limit) => store.tombstonesBefore(before, limit),
    watch: (watcher) => store.watch(watcher),
    purgeTombstones: (beforeWallMs) => store.purgeTombstones(beforeWallMs),
    close: () => store.close(),
  };
}
