/** Ways in which bytes go wrong: cut short, a bit turned over, a length made huge, noise inside. */
import { type Random, randomInt } from '../../src/base/random.js';
import { randomBytes } from './random-message.js';

export function damaged(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const at = randomInt(random, Math.max(1, copy.length));
  switch (randomInt(random, 6)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      if (copy.length > 0) copy[at] = (copy[at] as number) ^ (1 << randomInt(random, 8));
      return copy;
    case 2:
      copy.subarray(at, at + 4).fill(0xff);
      return copy;
    case 3:
      return Buffer.concat([copy.subarray(0, at), randomBytes(random, 20), copy.subarray(at)]);
    case 4:
      return Buffer.concat([copy, copy.subarray(at)]);
    default:
      return randomBytes(random, 100);
  }
}
