/** Parts of a file as bytes, without ever holding all of it: vector files may be larger than memory. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export class BinaryFile {
  readonly path: string;
  readonly byteCount: number;
  readonly #descriptor: number;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, 'r');
    this.byteCount = fstatSync(this.#descriptor).size;
  }

  /** Fills the whole buffer from `position` on; throws when the file ends before. */
  readInto(buffer: Uint8Array, position: number): void {
    let done = 0;
    while (done < buffer.length) {
      const left = buffer.length - done;
      const count = readSync(this.#descriptor, buffer, done, left, position + done);
      if (count === 0) {
        throw new Error(`${this.path} ends at ${position + done}, ${left} bytes too soon`);
      }
      done += count;
    }
  }

  read(position: number, byteCount: number): Buffer {
    const buffer = Buffer.alloc(byteCount);
    this.readInto(buffer, position);
    return buffer;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Opens, hands over, and closes whatever happens. */
export async function withBinaryFile<Result>(
  path: string,
  work: (file: BinaryFile) => Result | Promise<Result>,
): Promise<Result> {
  const file = new BinaryFile(path);
  try {
    return await work(file);
  } finally {
    file.close();
  }
}
