/** Vectors of searches as they come off the wire, in either encoding. */
import { expect, it } from 'vitest';
import { checkVector } from '../../../../src/coordinator/requests/vector-field.js';
import type { SearchRequest } from '../../../../src/wire/generated/annulus/v1/SearchRequest.js';
import { annulusV1 } from '../../../../src/wire/proto-package.js';

const shape = { dimension: 2, metric: 'l2' } as const;
const { requestSerialize, requestDeserialize } = annulusV1.Annulus.service.Search;

function checked(vector: NonNullable<SearchRequest['vector']>): Float32Array {
  const request = requestDeserialize(requestSerialize({ collection: 'docs', vector }));
  return checkVector('vector', request.vector, shape);
}

it('takes a list of floats, and packed ones', () => {
  const packed = Buffer.from(Float32Array.of(3, -4).buffer);
  expect(checked({ floats: { values: [1, 2] } })).toEqual(Float32Array.of(1, 2));
  expect(checked({ packed })).toEqual(Float32Array.of(3, -4));
});

it('refuses a vector in neither encoding', () => {
  expect(() => checked({})).toThrow('exactly one of floats and packed');
});
