/** What the cost of a read grows with, per kind, so that its time can be told before it begins. */
import type { LinkRequest } from '../src/wire/link-messages.js';
import type { WorkSize } from './service-estimate.js';

/** Candidates that a search's fixed cost per replica is worth. */
const SEARCH_UNITS_BASE = 32;

export function workSizeOf(
  request: Exclude<LinkRequest, { kind: 'write' | 'heartbeat' }>,
): WorkSize {
  const { kind } = request;
  switch (kind) {
    case 'search': {
      // Exact ones are only begun in their turn.
      if (request.exact) return { kind: 'exact', units: Math.max(1, request.targets.length) };
      let units = 0;
      for (const { ef, k } of request.targets) units += SEARCH_UNITS_BASE + Math.max(ef, k);
      return { kind, units: Math.max(1, units) };
    }
    case 'get': {
      let units = 0;
      for (const { ids } of request.targets) units += 1 + ids.length;
      return { kind, units: Math.max(1, units) };
    }
    case 'list':
      return { kind, units: Math.max(1, request.targets.length * request.limit) };
    case 'count':
      return { kind, units: Math.max(1, request.targets.length) };
  }
}
