/**
 * Rings when something below a key may have changed in etcd: once when it begins to listen, with every
 * change, and whenever it had to begin anew, since changes may have been missed. It carries no data:
 * whoever hears it reads. So neither lost nor repeated events matter, nor that etcd forgets old ones.
 */
import type { Clock, Timer } from '../../base/clock.js';
import { endOf } from './etcd-cells.js';
import type { EtcdConnection } from './etcd-connection.js';

const REOPEN_MS_MIN = 100;
const REOPEN_MS_MAX = 2_000;

interface WatchStream {
  cancel(): void;
}

export class EtcdDoorbell {
  readonly #connection: EtcdConnection;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #ring: () => void;
  #stream: WatchStream | undefined;
  #timer: Timer | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(connection: EtcdConnection, path: string, clock: Clock, ring: () => void) {
    this.#connection = connection;
    this.#path = path;
    this.#clock = clock;
    this.#ring = ring;
    void this.#open();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#stream?.cancel();
  }

  async #open(): Promise<void> {
    if (this.#isClosed || this.#connection.isClosed) return;
    const key = Buffer.from(this.#connection.prefix + this.#path);
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      this.#reopen();
    };
    try {
      const stream = await this.#connection.client.watchClient.watch();
      this.#stream = stream;
      stream.on('data', ({ canceled }) => {
        this.#failures = 0;
        if (!this.#isClosed) this.#ring();
        if (canceled) stream.cancel();
      });
      stream.on('error', over);
      stream.on('end', over);
      if (this.#isClosed) stream.cancel();
      else stream.write({ create_request: { key, range_end: endOf(key) } });
    } catch {
      over();
    }
  }

  #reopen(): void {
    this.#stream = undefined;
    if (this.#isClosed) return;
    const delayMs = Math.min(REOPEN_MS_MAX, REOPEN_MS_MIN * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    this.#timer = this.#clock.setTimer(delayMs, () => void this.#open());
  }
}
