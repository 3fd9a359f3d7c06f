import type { Random } from '../../src/base/random.js';
import type { ChaosWorld } from './chaos-world.js';

export interface Fault {
  kind: string;
  /** Makes it happen, and mends it; resolves to what it was done to, for people. */
  apply(world: ChaosWorld, random: Random): Promise<string>;
}
