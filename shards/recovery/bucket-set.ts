import { DIGEST_BUCKET_COUNT } from '../../src/base/hash64.js';

/** Some of a digest's 1,024 buckets, as the bits that travel. */
export class BucketSet {
  readonly bits: Uint8Array;
  #count = 0;

  constructor(bits: Uint8Array = new Uint8Array(DIGEST_BUCKET_COUNT / 8)) {
    this.bits = bits;
    for (let bucket = 0; bucket < DIGEST_BUCKET_COUNT; bucket += 1) {
      if (this.has(bucket)) this.#count += 1;
    }
  }

  static all(): BucketSet {
    return new BucketSet(new Uint8Array(DIGEST_BUCKET_COUNT / 8).fill(0xff));
  }

  get count(): number {
    return this.#count;
  }

  has(bucket: number): boolean {
    return ((this.bits[bucket >> 3] as number) & (1 << (bucket & 7))) !== 0;
  }

  delete(bucket: number): void {
    if (!this.has(bucket)) return;
    this.bits[bucket >> 3] = (this.bits[bucket >> 3] as number) & ~(1 << (bucket & 7));
    this.#count -= 1;
  }

  /** Takes out the buckets that are the same in both digests. */
  dropEqual(a: BigUint64Array, b: BigUint64Array): void {
    for (let bucket = 0; bucket < DIGEST_BUCKET_COUNT; bucket += 1) {
      if (a[bucket] === b[bucket]) this.delete(bucket);
    }
  }
}
