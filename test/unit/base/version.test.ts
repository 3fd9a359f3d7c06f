import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  makeVersion,
  NO_VERSION,
  publicVersion,
  readVersion,
  VERSION_BYTES,
  versionWallMs,
  writeVersion,
} from '../../../src/base/version.js';

const parts = fc.tuple(
  fc.nat({ max: 2 ** 48 - 1 }),
  fc.nat({ max: 0xffff }),
  fc.nat({ max: 0xffff }),
);

function bytesOf(version: bigint): Buffer {
  const bytes = Buffer.alloc(VERSION_BYTES + 3, 0xaa);
  writeVersion(new DataView(bytes.buffer, bytes.byteOffset), 3, version);
  return bytes.subarray(3);
}

it('orders by time, then counter, then coordinator', () => {
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const difference = a.map((part, i) => part - (b[i] as number)).find((d) => d !== 0) ?? 0;
      const [left, right] = [makeVersion(...a), makeVersion(...b)];
      expect(left < right ? -1 : left > right ? 1 : 0).toBe(Math.sign(difference));
    }),
  );
});

it('written as bytes, comes back, and bytes compare as versions do', () => {
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const [left, right] = [makeVersion(...a), makeVersion(...b)];
      const [leftBytes, rightBytes] = [bytesOf(left), bytesOf(right)];
      expect(readVersion(new DataView(leftBytes.buffer, leftBytes.byteOffset), 0)).toBe(left);
      expect(Buffer.compare(leftBytes, rightBytes)).toBe(left < right ? -1 : left > right ? 1 : 0);
    }),
  );
});

it('keeps its time, and its public form is a uint64 in the same order', () => {
  fc.assert(
    fc.property(parts, ([wallMs, counter, coordinator]) => {
      const version = makeVersion(wallMs, counter, coordinator);
      expect(versionWallMs(version)).toBe(wallMs);
      expect(publicVersion(version)).toBe((BigInt(wallMs) << 16n) + BigInt(counter));
      expect(version >= NO_VERSION && publicVersion(version) < 2n ** 64n).toBe(true);
    }),
  );
});
