/** What is exchanged: a query of 100 dimensions, 10 hits back; and the unary call to compare with. */
import type { MethodDefinition } from '@grpc/grpc-js';
import { collectionId } from '../../src/base/ids.js';
import { seededRandom } from '../../src/base/random.js';
import { makeVersion } from '../../src/base/version.js';
import type {
  LinkBatch,
  LinkBatch__Output,
} from '../../src/wire/generated/annulus/v1/LinkBatch.js';
import type { NodeLoad, SearchCall, SearchReply } from '../../src/wire/link-messages.js';
import { annulusV1 } from '../../src/wire/proto-package.js';

const DIMENSION = 100;
const HIT_COUNT = 10;
const random = seededRandom(1);

export const load: NodeLoad = {
  queueDepth: 3,
  queueMs: 0.25,
  serviceMs: 0.5,
  highestVersion: makeVersion(1_700_000_000_000, 1, 1),
};

export const searchCall: SearchCall = {
  kind: 'search',
  collection: collectionId('0123456789abcdef'),
  vector: Float32Array.from({ length: DIMENSION }, () => random.next() - 0.5),
  exact: false,
  includeText: false,
  includeMetadata: false,
  includeVector: false,
  targets: [{ partition: 1, generation: 1, k: HIT_COUNT, ef: 100 }],
};

export const searchReply: SearchReply = {
  kind: 'search',
  targets: [
    {
      partition: 1,
      status: 'ok',
      documentCount: 50_000,
      hits: Array.from({ length: HIT_COUNT }, (_, i) => ({
        id: `document-${10_000 + i * 377}`,
        distance: i / 100,
        version: makeVersion(1_700_000_000_000 + i, 0, 1),
      })),
    },
  ],
};

const { requestSerialize, requestDeserialize } = annulusV1.ShardLink.service.Search;

/** One call for each item, with exactly the bytes that the link's stream carries for it. */
export const unaryMethod: MethodDefinition<LinkBatch, LinkBatch__Output> = {
  path: '/annulus.bench.Unary/Search',
  requestStream: false,
  responseStream: false,
  requestSerialize,
  requestDeserialize: requestDeserialize as (bytes: Buffer) => LinkBatch,
  responseSerialize: requestSerialize as (value: LinkBatch__Output) => Buffer,
  responseDeserialize: requestDeserialize,
};
