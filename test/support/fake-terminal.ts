import { Writable } from 'node:stream';
import type { Terminal } from '../../src/cli/output.js';

export interface FakeTerminal extends Terminal {
  /** What was printed so far. */
  out(): string;
  err(): string;
}

/** A terminal (or, by default, pipes) that remembers what was printed. */
export function fakeTerminal(
  given: { stdin?: string; env?: Record<string, string>; isTTY?: boolean } = {},
): FakeTerminal {
  const stdout = new MemoryStream(given.isTTY === true);
  const stderr = new MemoryStream(false);
  async function* stdin() {
    if (given.stdin !== undefined) yield Buffer.from(given.stdin);
  }
  return {
    stdout,
    stderr,
    stdin: stdin(),
    env: given.env ?? {},
    out: () => stdout.text,
    err: () => stderr.text,
  };
}

class MemoryStream extends Writable {
  text = '';
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
