import { randomBytes } from 'node:crypto';
import type { Random } from './random.js';

/** The process's own source of chance. */
export const systemRandom: Random = { next: () => Math.random() };

/** `byteCount` unpredictable bytes in lower-case hexadecimal: fresh names for nodes, collections. */
export function randomHex(byteCount: number): string {
  return randomBytes(byteCount).toString('hex');
}
