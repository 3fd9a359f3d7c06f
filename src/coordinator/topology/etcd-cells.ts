/**
 * The few things that Annulus asks of etcd's key-value service, by keys below the prefix: read one or
 * all below a path, and change several at once if one of them is still as it was.
 */
import { CompareResult, CompareTarget } from 'etcd3';
import type { EtcdConnection } from './etcd-connection.js';

export interface EtcdCell {
  /** Without the connection's prefix. */
  key: string;
  text: string;
  /** Of its last change; grows through the whole store. */
  revision: number;
  createRevision: number;
}

export interface EtcdChange {
  /** The change is made only while each key has this revision; 0: while it does not exist. */
  expect?: readonly { key: string; revision: number }[];
  puts: ReadonlyMap<string, string>;
  deletes: readonly string[];
  /** The keys vanish with this lease. */
  lease?: string;
}

/** Most operations in one transaction: etcd's default is 128. */
export const OPERATIONS_MAX = 100;
/** Most bytes in one transaction: etcd's default for a request is 1.5 MiB. */
export const CHANGE_BYTES_MAX = 1_000_000;

export class EtcdCells {
  readonly #connection: EtcdConnection;

  constructor(connection: EtcdConnection) {
    this.#connection = connection;
  }

  async read(key: string): Promise<EtcdCell | undefined> {
    const { cells } = await this.#range(this.#keyOf(key), undefined, false);
    return cells[0];
  }

  /** Everything below a path, as it was at one moment. */
  async readAll(path: string, keysOnly = false): Promise<EtcdCell[]> {
    const { cells } = await this.#range(this.#keyOf(path), endOf(this.#keyOf(path)), keysOnly);
    return cells;
  }

  /**
   * Resolves to true when the change was made, to false when an expected revision is not in force,
   * which may be because an earlier attempt made it: then `onDoubt` was called.
   */
  change(change: EtcdChange, onDoubt: () => void = () => {}): Promise<boolean> {
    const { expect = [], puts, deletes, lease } = change;
    const request = {
      compare: expect.map(({ key, revision }) => ({
        key: this.#keyOf(key),
        target: CompareTarget.Mod,
        result: CompareResult.Equal,
        mod_revision: revision,
      })),
      success: [
        ...Array.from(puts, ([key, text]) => ({
          request_put: {
            key: this.#keyOf(key),
            value: Buffer.from(text),
            ...(lease === undefined ? {} : { lease }),
          },
        })),
        ...deletes.map((key) => ({ request_delete_range: { key: this.#keyOf(key) } })),
      ],
    };
    return this.#connection.call(
      async (client, options) => (await client.kv.txn(request, options)).succeeded,
      onDoubt,
    );
  }

  #keyOf(key: string): Buffer {
    return Buffer.from(this.#connection.prefix + key);
  }

  async #range(key: Buffer, end: Buffer | undefined, keysOnly: boolean) {
    const request = { key, keys_only: keysOnly, ...(end === undefined ? {} : { range_end: end }) };
    const { kvs } = await this.#connection.call((client, options) =>
      client.kv.range(request, options),
    );
    const { prefix } = this.#connection;
    const cells = kvs.map(
      (kv): EtcdCell => ({
        key: kv.key.toString().slice(prefix.length),
        text: kv.value.toString(),
        revision: Number(kv.mod_revision),
        createRevision: Number(kv.create_revision),
      }),
    );
    return { cells };
  }
}

/** The first key after all that begin with `path`. */
export function endOf(path: Buffer): Buffer {
  const end = Buffer.from(path);
  end.writeUInt8(end.readUInt8(end.byteLength - 1) + 1, end.byteLength - 1);
  return end;
}
