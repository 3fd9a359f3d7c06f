/** The measuring side of a load process: starts it, gives it tasks, ends it. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  AnswerLoad,
  AnswerLoadResult,
  IngestLoad,
  IngestLoadResult,
  LoadProgress,
  LoadTask,
  SearchLoad,
  SearchLoadResult,
} from './messages.js';

interface Answer extends Partial<LoadProgress> {
  result?: unknown;
  error?: string;
}

export type OnCount = (count: number) => void;

export class LoadClient {
  readonly #child: ChildProcess;

  constructor() {
    const entry = fileURLToPath(new URL('./load-process.js', import.meta.url));
    this.#child = fork(entry, { serialization: 'advanced' });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  search(load: Omit<SearchLoad, 'kind'>, onCount?: OnCount): Promise<SearchLoadResult> {
    return this.#run({ ...load, kind: 'search' }, onCount) as Promise<SearchLoadResult>;
  }

  answer(load: Omit<AnswerLoad, 'kind'>): Promise<AnswerLoadResult> {
    return this.#run({ ...load, kind: 'answer' }) as Promise<AnswerLoadResult>;
  }

  ingest(load: Omit<IngestLoad, 'kind'>, onCount?: OnCount): Promise<IngestLoadResult> {
    return this.#run({ ...load, kind: 'ingest' }, onCount) as Promise<IngestLoadResult>;
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #run(task: LoadTask, onCount: OnCount = () => {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#child.off('exit', onExit);
        this.#child.off('message', onMessage);
      };
      const onExit = () => {
        end();
        reject(new Error('the load process ended'));
      };
      const onMessage = ({ result, error, progress }: Answer) => {
        if (progress !== undefined) return onCount(progress.count);
        end();
        if (error === undefined) resolve(result);
        else reject(new Error(error));
      };
      this.#child.once('exit', onExit);
      this.#child.on('message', onMessage);
      this.#child.send(task);
    });
  }
}

/** A plain copy, which can be sent to another process. */
export function copyOf(values: Float32Array): Float32Array {
  return Float32Array.from(values);
}
