/** Ways in which bytes go wrong on their way, for property tests of decoders. */
import fc from 'fast-check';
import { MalformedBytes } from '../../src/wire/bytes.js';

type Damage = (bytes: Uint8Array) => Uint8Array;

const position = fc.nat({ max: 0xffff });

/** Cut short, one bit turned over, a length made huge, something appended, or all of it noise. */
export const damagedBytes: fc.Arbitrary<Damage> = fc.oneof(
  position.map(
    (at): Damage =>
      (bytes) =>
        bytes.slice(0, at % (bytes.length + 1)),
  ),
  fc.tuple(position, fc.nat({ max: 7 })).map(([at, bit]): Damage => {
    return (bytes) => changed(bytes, at, (byte) => byte ^ (1 << bit));
  }),
  position.map(
    (at): Damage =>
      (bytes) =>
        changed(bytes, at, () => 0xff),
  ),
  fc.uint8Array({ minLength: 1, maxLength: 8 }).map((tail): Damage => {
    return (bytes) => Buffer.concat([bytes, tail]);
  }),
  fc.uint8Array({ maxLength: 64 }).map(
    (noise): Damage =>
      () =>
        noise,
  ),
);

function changed(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) copy[at % copy.length] = change(copy[at % copy.length] as number);
  return copy;
}

/** Runs a decoder; passes on whatever it throws, except what it is allowed to throw. */
export function throwsOnlyMalformed(decode: () => void): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
  }
}
