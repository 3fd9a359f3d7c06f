/** What the link carries inside its messages, odd and damaged. */
import { DIGEST_BUCKET_COUNT } from '../../src/base/hash64.js';
import { collectionId, nodeId } from '../../src/base/ids.js';
import { type Random, randomInt } from '../../src/base/random.js';
import { ByteWriter } from '../../src/wire/bytes.js';
import { writeCancelItem, writeRequestItem } from '../../src/wire/link-codec.js';
import type { LinkRequest, Target } from '../../src/wire/link-messages.js';
import { encodeQuestion } from '../../src/wire/recovery-codec.js';
import type { RecoveryQuestion } from '../../src/wire/recovery-messages.js';
import { damaged } from './damage.js';
import { anyOf, randomBytes } from './random-message.js';

const DAMAGED_RATIO = 0.6;
const ITEMS_MAX = 6;
const strange = collectionId('00ff00ff00ff');

function targetOf(random: Random): Target {
  return { partition: randomInt(random, 65_536), generation: randomInt(random, 2 ** 31) };
}

function randomRequest(random: Random): LinkRequest {
  const collection = strange;
  const target = targetOf(random);
  const vector = Float32Array.from({ length: randomInt(random, 9) }, () => random.next() * 1e38);
  const big = anyOf([1, 10, 2 ** 31], random);
  const requests: LinkRequest[] = [
    { kind: 'heartbeat' },
    { kind: 'count', collection, targets: [target, target] },
    { kind: 'get', collection, includeVector: true, targets: [{ ...target, ids: ['', 'good'] }] },
    { kind: 'list', collection, afterId: '\uffff', limit: big, includeVector: true, targets: [] },
    {
      ...{ kind: 'search', collection, vector, exact: random.next() < 0.5 },
      ...{ includeText: true, includeMetadata: true, includeVector: true },
      targets: [{ ...target, k: big, ef: big }],
    },
    {
      kind: 'write',
      collection,
      targets: [{ ...target, version: 2n ** 80n - 1n, ops: randomBytes(random, 60) }],
    },
  ];
  return anyOf(requests, random);
}

export function randomBatch(random: Random): Buffer {
  const writer = new ByteWriter();
  const count = randomInt(random, ITEMS_MAX);
  for (let i = 0; i < count; i += 1) {
    const correlation = randomInt(random, 2 ** 32);
    if (random.next() < 0.1) writeCancelItem(writer, correlation);
    else writeRequestItem(writer, correlation, randomInt(random, 3_000), randomRequest(random));
  }
  const batch = writer.finish();
  return random.next() < DAMAGED_RATIO ? damaged(batch, random) : batch;
}

export function randomQuestion(random: Random): Buffer {
  const target = {
    ...{ clusterId: 'strange', nodeId: nodeId('node-1'), collection: strange },
    ...targetOf(random),
  };
  const buckets = new Uint8Array(DIGEST_BUCKET_COUNT / 8).fill(randomInt(random, 256));
  const horizon = BigInt(randomInt(random, 2 ** 31));
  const questions: RecoveryQuestion[] = [
    { kind: 'digest', target, horizon },
    { kind: 'entries', target, horizon, buckets, afterId: 'x' },
    { kind: 'rows', target, ids: ['', 'good'] },
  ];
  const question = encodeQuestion(anyOf(questions, random));
  return random.next() < DAMAGED_RATIO ? damaged(question, random) : question;
}
