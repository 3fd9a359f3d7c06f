import { AnnulusClient } from './annulus-client.js';
import type { AnnulusClientOptions } from './client-options.js';

/**
 * A client whose coordinator has answered: waits for one that is still starting, at most
 * `timeoutMs` of the options, and rejects with what was wrong with the last attempt.
 */
export async function connect(options: AnnulusClientOptions = {}): Promise<AnnulusClient> {
  const client = new AnnulusClient(options);
  try {
    await client.cluster.waitUntilReachable();
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}
