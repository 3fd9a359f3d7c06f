/**
 * A document's version: who wrote last. Versions are totally ordered and compare as plain bigints:
 *
 *   bits 79..32  wall-clock milliseconds since the Unix epoch
 *   bits 31..16  counter: orders versions within one millisecond
 *   bits 15..0   coordinator: breaks ties between coordinators
 *
 * The public `version` is the upper 64 bits. Source: Kulkarni et al., "Logical Physical Clocks"
 * (2014), https://cse.buffalo.edu/tech-reports/2014-04.pdf
 */
export type Version = bigint;

/** Smaller than every version that a clock gives. */
export const NO_VERSION: Version = 0n;

/** Bytes that {@link writeVersion} writes. */
export const VERSION_BYTES = 10;

export function makeVersion(wallMs: number, counter: number, coordinator: number): Version {
  return (BigInt(wallMs) << 32n) | (BigInt(counter) << 16n) | BigInt(coordinator);
}

/** Wall-clock milliseconds of a version. */
export function versionWallMs(version: Version): number {
  return Number(version >> 32n);
}

/** What callers see: a uint64 that orders a document's writes. */
export function publicVersion(version: Version): bigint {
  return version >> 16n;
}

/** Writes 10 bytes, big-endian, so that byte order is version order. */
export function writeVersion(target: DataView, offset: number, version: Version): void {
  target.setBigUint64(offset, version >> 16n);
  target.setUint16(offset + 8, Number(version & 0xffffn));
}

export function readVersion(source: DataView, offset: number): Version {
  return (source.getBigUint64(offset) << 16n) | BigInt(source.getUint16(offset + 8));
}
