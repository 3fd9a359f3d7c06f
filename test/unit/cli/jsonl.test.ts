import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, parseLine, splitLines } from '../../../src/cli/jsonl.js';

async function split(chunks: Buffer[], bytesMax?: number): Promise<Line[]> {
  async function* source() {
    yield* chunks;
  }
  const lines: Line[] = [];
  for await (const line of splitLines(source(), bytesMax)) lines.push(line);
  return lines;
}

const parse = (text: string) => parseLine({ number: 1, bytes: Buffer.from(text) });

describe('splitLines', () => {
  it('gives the same lines wherever the chunks are cut', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '', '"') });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(20)), async (given, cuts) => {
        const bytes = Buffer.from(given);
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.subarray(at));
        const lines = await split(chunks);
        const expected = given.split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(lines.map((line) => line.bytes?.toString())).toEqual(expected);
        expect(lines.map((line) => line.number)).toEqual(expected.map((_, i) => i + 1));
      }),
    );
  });

  it('reports a line that is too long, forgets it, and goes on', async () => {
    const lines = await split([Buffer.from('abc\nabcdef'), Buffer.from('gh\nxyz')], 5);
    expect(lines.map(({ bytes }) => bytes?.toString())).toEqual(['abc', undefined, 'xyz']);
  });
});

describe('parseLine', () => {
  it('takes a document, and leaves its values as they are', () => {
    expect(parse('{"id":"a","vector":[1,2],"metadata":{"__proto__":"x"}}')).toMatchObject({
      kind: 'document',
      document: { id: 'a', vector: [1, 2] },
    });
    expect(parse('  \r').kind).toBe('blank');
  });

  it.each([
    ['{"id":', 'not JSON'],
    ['[1]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['{"id":"a","vec":[1]}', 'unknown key "vec"'],
  ])('refuses %s', (text, message) => {
    const parsed = parse(text);
    expect(parsed.kind === 'bad' && parsed.message).toContain(message);
  });

  it('refuses bytes that are no UTF-8, and lines that were too long', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    expect(parseLine({ number: 1, bytes })).toMatchObject({ message: 'not valid UTF-8' });
    expect(parseLine({ number: 1, bytes: undefined })).toMatchObject({ kind: 'bad' });
  });
});
