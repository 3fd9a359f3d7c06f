/**
 * Numbers (0, 1, 2 ...) for 64-bit hashes, each hash once: open addressing over typed arrays, 16 bytes
 * or so per hash, because a `Map` would cost the garbage collector more than the graph costs memory.
 */
const WORDS_PER_HASH = 2;
const SIZE_MIN = 1024;
const LOW_WORD = 0xffff_ffffn;

export class HashTable {
  /** The hashes by number: low word, high word. */
  #words: Uint32Array<ArrayBuffer>;
  #length: number;
  /** Number + 1, or 0 for a free place; the size is a power of two, at most half is in use. */
  #places: Uint32Array<ArrayBuffer>;

  constructor(hashes = new BigUint64Array(0)) {
    this.#words = new Uint32Array(hashes.slice().buffer);
    this.#length = hashes.length;
    this.#places = new Uint32Array(0);
    this.#spread();
  }

  get length(): number {
    return this.#length;
  }

  /** The number of a hash, or -1. */
  find(hash: bigint): number {
    const place = this.#placeOf(Number(hash & LOW_WORD), Number(hash >> 32n));
    return (this.#places[place] as number) - 1;
  }

  /** The number of a hash that is not there yet. */
  append(hash: bigint): number {
    const low = Number(hash & LOW_WORD);
    const high = Number(hash >> 32n);
    const number = this.#length;
    if (number * WORDS_PER_HASH === this.#words.length) {
      const words = new Uint32Array(Math.max(SIZE_MIN, number * 2 * WORDS_PER_HASH));
      words.set(this.#words);
      this.#words = words;
    }
    this.#words[number * WORDS_PER_HASH] = low;
    this.#words[number * WORDS_PER_HASH + 1] = high;
    this.#length += 1;
    if (this.#length * 2 > this.#places.length) this.#spread();
    else this.#places[this.#placeOf(low, high)] = number + 1;
    return number;
  }

  /** A copy of the hashes, by number. */
  snapshot(): BigUint64Array<ArrayBuffer> {
    return new BigUint64Array(this.#words.slice(0, this.#length * WORDS_PER_HASH).buffer);
  }

  /** The place that holds a hash, or the free one where it belongs. */
  #placeOf(low: number, high: number): number {
    const mask = this.#places.length - 1;
    let place = low & mask;
    for (;;) {
      const entry = this.#places[place] as number;
      if (entry === 0) return place;
      const at = (entry - 1) * WORDS_PER_HASH;
      if (this.#words[at] === low && this.#words[at + 1] === high) return place;
      place = (place + 1) & mask;
    }
  }

  /** Lays all hashes out anew, with room for as many again. */
  #spread(): void {
    let size = SIZE_MIN;
    while (size < this.#length * 4) size *= 2;
    const places = new Uint32Array(size);
    const words = this.#words;
    const mask = size - 1;
    for (let number = 0; number < this.#length; number += 1) {
      let place = (words[number * WORDS_PER_HASH] as number) & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = number + 1;
    }
    this.#places = places;
  }
}
