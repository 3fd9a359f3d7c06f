import { createReadStream, statSync } from 'node:fs';
import { type AnnulusError, type DocumentInput, WriteError } from '../../client/index.js';
import { argument, clientCommand, collectionOption, flagOnly } from '../client-command.js';
import { parseLine, splitLines } from '../jsonl.js';
import { UsageError } from '../options.js';
import { printJson, type Terminal } from '../output.js';
import { showProgress } from '../progress.js';

/** Bad lines and failed documents, together, after which a load is given up. */
const DEFAULT_FAILURES_MAX = 100;

interface LineFailure {
  line: number;
  id: string;
  code: string;
  reason: string;
  message: string;
}

export const upsertCommand = clientCommand({
  usage: 'upsert <file>',
  description: 'Write documents from a file of JSON lines; - is stdin.',
  options: [
    collectionOption,
    flagOnly({
      name: 'batch-documents',
      type: 'integer',
      default: '200',
      min: 1,
      max: 1000,
      description: 'Documents per request.',
    }),
    flagOnly({
      name: 'in-flight',
      type: 'integer',
      default: '8',
      min: 1,
      max: 64,
      description: 'Requests under way at once.',
    }),
    flagOnly({
      name: 'failures',
      type: 'integer',
      default: String(DEFAULT_FAILURES_MAX),
      min: 0,
      max: 1_000_000,
      description: 'Bad lines and failed documents after which the load is given up.',
    }),
  ],
  async run(client, call) {
    const { options, terminal } = call;
    const input = openInput(argument(call, 0), terminal);
    const failuresMax = options.integer('failures');
    const lines = new LineSource(input.chunks, failuresMax);
    const progress = showProgress(terminal, input.byteCount);
    try {
      const result = await client.upsertMany(options.text('collection'), lines.documents(), {
        batchDocumentCount: options.integer('batch-documents'),
        inFlightMax: options.integer('in-flight'),
        failureCountMax: failuresMax,
        timeoutMs: Math.max(60_000, options.integer('timeout-ms')),
        onProgress: ({ upserted }) => progress.update(lines.bytesRead, upserted),
      });
      progress.stop();
      const { upserted, version } = result;
      const failures = lines.withLines(result.failures);
      reportFailures(terminal, failures);
      printJson(terminal, { upserted, version, failures });
      return failures.length === 0 ? 0 : 1;
    } catch (error) {
      progress.stop();
      if (error instanceof WriteError) {
        reportFailures(terminal, lines.withLines(error.failures as never));
      } else reportFailures(terminal, lines.withLines([]));
      throw error;
    }
  },
});

/** Documents from lines, remembering which line each came from and which lines held none. */
class LineSource {
  bytesRead = 0;
  readonly #chunks: AsyncIterable<Buffer>;
  readonly #failuresMax: number;
  readonly #bad: LineFailure[] = [];
  /** Where the distance between a document's index and its line changes. */
  readonly #shifts: { fromIndex: number; shift: number }[] = [];

  constructor(chunks: AsyncIterable<Buffer>, failuresMax: number) {
    this.#chunks = chunks;
    this.#failuresMax = failuresMax;
  }

  async *documents(): AsyncGenerator<DocumentInput> {
    let index = 0;
    for await (const line of splitLines(this.#counted())) {
      const parsed = parseLine(line);
      if (parsed.kind === 'bad') this.#noteBad(line.number, parsed.message);
      if (parsed.kind !== 'document') continue;
      const shift = line.number - index;
      if (this.#shifts.at(-1)?.shift !== shift) this.#shifts.push({ fromIndex: index, shift });
      index += 1;
      yield parsed.document;
    }
  }

  /** All failures by line: the bad lines, and the documents that were not written. */
  withLines(failures: readonly { id: string; index: number; error: AnnulusError }[]) {
    const failed = failures.map(({ id, index, error }): LineFailure => {
      const { code, reason, message } = error;
      return { line: this.#lineOf(index), id, code, reason, message };
    });
    return [...this.#bad, ...failed].sort((a, b) => a.line - b.line);
  }

  async *#counted(): AsyncGenerator<Buffer> {
    for await (const chunk of this.#chunks) {
      this.bytesRead += chunk.byteLength;
      yield chunk;
    }
  }

  #noteBad(line: number, message: string): void {
    const code = 'INVALID_ARGUMENT';
    this.#bad.push({ line, id: '', code, reason: 'INVALID_FIELD', message });
    if (this.#bad.length > this.#failuresMax) {
      throw new Error(`given up: ${this.#bad.length} lines are not documents`);
    }
  }

  #lineOf(index: number): number {
    const shift = this.#shifts.findLast(({ fromIndex }) => fromIndex <= index)?.shift ?? 1;
    return index + shift;
  }
}

function openInput(path: string, terminal: Terminal) {
  if (path === '-') return { chunks: terminal.stdin, byteCount: undefined };
  try {
    const byteCount = statSync(path).size;
    return { chunks: createReadStream(path) as AsyncIterable<Buffer>, byteCount };
  } catch (error) {
    throw new UsageError(`cannot read the documents: ${(error as Error).message}`);
  }
}

const SHOWN_MAX = 20;

function reportFailures({ stderr }: Terminal, failures: readonly LineFailure[]): void {
  for (const { line, message } of failures.slice(0, SHOWN_MAX)) {
    stderr.write(`line ${line}: ${message}\n`);
  }
  const more = failures.length - SHOWN_MAX;
  if (more > 0) stderr.write(`and ${more} more\n`);
}
