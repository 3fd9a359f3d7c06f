/**
 * `annulus/client`: the SDK's surface.
 *
 *     import { AnnulusClient } from 'annulus/client';
 *
 *     const client = new AnnulusClient({ address: '127.0.0.1:7700' });
 *     await client.createCollection({ name: 'docs', dimension: 3 });
 *     await client.upsert('docs', { id: 'a', vector: [1, 0, 0], text: 'east' });
 *     const { hits } = await client.search('docs', { vector: [1, 0, 0], includeText: true });
 *     await client.close();
 */
export {
  AnnulusError,
  type ErrorCode,
  type ErrorReason,
} from '../base/errors.js';
export { AnnulusClient } from './annulus-client.js';
export type * from './bulk-types.js';
export type { AnnulusClientOptions, ClientPorts, RetryOptions } from './client-options.js';
export type { ClusterClient } from './cluster-client.js';
export type * from './cluster-types.js';
export { connect } from './connect.js';
export type { MoveClient } from './move-client.js';
export type * from './move-types.js';
export type * from './search-types.js';
export type * from './types.js';
export { WriteError } from './write-error.js';
