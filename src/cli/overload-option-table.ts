/** What a coordinator takes on, and how long it lets searches wait. */
import type { OptionSpec } from './options.js';

export const overloadOptionSpecs: readonly OptionSpec[] = [
  {
    name: 'admission-queue-limit',
    type: 'integer',
    default: '1000',
    min: 1,
    max: 100_000,
    description: 'Searches and reads that may wait to be let in. More are refused.',
  },
  {
    name: 'admission-burst-ms',
    type: 'integer',
    unit: 'ms',
    default: '1000',
    min: 1,
    max: 60_000,
    description: 'A search that would have to wait for longer is refused ...',
  },
  {
    name: 'admission-standing-ms',
    type: 'integer',
    unit: 'ms',
    default: '100',
    min: 1,
    max: 60_000,
    description: '... and for longer than this, once searches have been waiting for a second.',
  },
  {
    name: 'node-delay-ms',
    type: 'integer',
    unit: 'ms',
    default: '25',
    min: 1,
    max: 10_000,
    description:
      'A node gets as many reads at a time as it can take without letting them wait for longer.',
  },
  {
    name: 'write-operations-limit',
    type: 'integer',
    default: '20000',
    min: 1,
    max: 1_000_000,
    description: 'Documents being written or deleted at a time. More are refused.',
  },
  {
    name: 'write-bytes-limit',
    type: 'integer',
    default: '268435456',
    min: 1024,
    max: 17_179_869_184,
    description: 'Their bytes. More are refused.',
  },
];
