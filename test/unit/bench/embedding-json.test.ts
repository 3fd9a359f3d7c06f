import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEmbeddingJson } from '../../../bench/datasets/embedding-json.js';

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function parse(text: string, chunkBytes: number) {
  const entries = [];
  for await (const entry of parseEmbeddingJson(chunksOf(Buffer.from(text), chunkBytes), 2)) {
    entries.push(entry);
  }
  return entries;
}

describe('parseEmbeddingJson', () => {
  it('reads every entry, however the bytes are cut into chunks', async () => {
    const word = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('"', '\\', ']', 'é', '},'));
    const vectors = fc.uniqueArray(fc.tuple(word, fc.integer(), fc.float({ noNaN: true })), {
      selector: ([key]) => key,
    });
    await fc.assert(
      fc.asyncProperty(vectors, fc.integer({ min: 1, max: 50 }), async (rows, chunkBytes) => {
        const finite = rows.filter(([key, , y]) => Number.isFinite(y) && key !== '__proto__');
        // `-0` is written as `0`.
        const body = finite.map(([key, x, y]) => `${JSON.stringify(key)}:[${x},${y},1,7]`).join();
        const words = JSON.stringify(finite.map(([key]) => key));
        const text = `{"size":3,"words":${words},"vectors":{${body}},"unkVector":[0,0]}`;
        expect(await parse(text, chunkBytes)).toEqual(
          finite.map(([key, x, y]) => ({ word: key, vector: Float32Array.of(x, y + 0) })),
        );
      }),
    );
  });

  it('refuses a file that ends early or has too few numbers', async () => {
    await expect(parse('{"vectors":{"a":[1,2,3,0],"b":[1', 5)).rejects.toThrow(/ended early/);
    await expect(parse('{"vectors":{"a":[1]}', 5)).rejects.toThrow(/expected 2 or more/);
  });
});
