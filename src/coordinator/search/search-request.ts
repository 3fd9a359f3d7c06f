/** A search as the coordinator carries it out: checked, with every default filled in. */
import { AnnulusError, invalidField } from '../../base/errors.js';
import type { SearchRequest__Output } from '../../wire/generated/annulus/v1/SearchRequest.js';
import { type BalancingPolicy, checkBalancingPolicy } from '../balancing/replica-picker.js';
import type { RequestLimits } from '../limits.js';
import { checkCount, checkText } from '../requests/fields.js';
import { checkVector, type VectorShape } from '../requests/vector-field.js';
import { defaultEfSearch } from './default-ef-search.js';

export interface ValidSearch {
  vector: Float32Array;
  topK: number;
  efSearch: number;
  exact: boolean;
  includeVector: boolean;
  includeText: boolean;
  includeMetadata: boolean;
  minCoverageRatio: number;
  routingKey: string;
  /** Empty: as the routing key or the collection says. */
  balancingPolicy: BalancingPolicy | '';
  explain: boolean;
  requestId: string;
}

export function checkSearch(
  raw: SearchRequest__Output,
  shape: VectorShape & { partitionCount: number },
  limits: RequestLimits,
): ValidSearch {
  if (raw.filter !== null) throw filterNotServed('filter');
  const topK = checkCount('top_k', raw.topK, 1, limits.topKMax);
  const ef = checkCount('ef_search', raw.efSearch, 1, limits.efSearchMax, 0);
  return {
    vector: checkVector('vector', raw.vector, shape),
    topK,
    efSearch: ef === 0 ? defaultEfSearch(topK, shape.partitionCount) : Math.max(ef, topK),
    exact: raw.exact,
    includeVector: raw.includeVector,
    includeText: raw.includeText,
    includeMetadata: raw.includeMetadata,
    minCoverageRatio: checkRatio('min_coverage_ratio', raw.minCoverageRatio ?? 1),
    routingKey: checkText('routing_key', raw.routingKey, 0, limits.routingKeyBytesMax),
    balancingPolicy: checkBalancingPolicy('balancing_policy', raw.balancingPolicy),
    explain: raw.explain,
    requestId: checkText('request_id', raw.requestId, 0, limits.requestIdBytesMax),
  };
}

export function filterNotServed(field: string): AnnulusError {
  return new AnnulusError(
    'UNIMPLEMENTED',
    'NOT_IMPLEMENTED',
    `${field} is set, and this version does not serve filters`,
    { metadata: { field } },
  );
}

function checkRatio(field: string, ratio: number): number {
  if (!(ratio >= 0 && ratio <= 1)) throw invalidField(field, ratio, '0..1');
  return ratio;
}
