/** The measuring side of a load process: starts it, gives it tasks, ends it. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { IngestLoad, IngestLoadResult, SearchLoad, SearchLoadResult } from './messages.js';

interface Answer {
  result?: unknown;
  error?: string;
}

export class LoadClient {
  readonly #child: ChildProcess;

  constructor() {
    const entry = fileURLToPath(new URL('./load-process.js', import.meta.url));
    this.#child = fork(entry, { serialization: 'advanced' });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  search(load: Omit<SearchLoad, 'kind'>): Promise<SearchLoadResult> {
    return this.#run({ ...load, kind: 'search' }) as Promise<SearchLoadResult>;
  }

  ingest(load: Omit<IngestLoad, 'kind'>): Promise<IngestLoadResult> {
    return this.#run({ ...load, kind: 'ingest' }) as Promise<IngestLoadResult>;
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #run(load: SearchLoad | IngestLoad): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error('the load process ended'));
      this.#child.once('exit', onExit);
      this.#child.once('message', ({ result, error }: Answer) => {
        this.#child.off('exit', onExit);
        if (error === undefined) resolve(result);
        else reject(new Error(error));
      });
      this.#child.send(load);
    });
  }
}

/** A plain copy, which can be sent to another process. */
export function copyOf(values: Float32Array): Float32Array {
  return Float32Array.from(values);
}
