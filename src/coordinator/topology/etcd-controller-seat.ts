/** The controller's seat: a key that vanishes with its holder's etcd lease. */
import type { EtcdCells } from './etcd-cells.js';
import type { EtcdConnection } from './etcd-connection.js';
import { type ControllerSeat, TopologyStoreError } from './topology-store.js';

const SEAT = 'controller';

export async function takeEtcdSeat(
  connection: EtcdConnection,
  cells: EtcdCells,
  holder: string,
  ttlMs: number,
): Promise<ControllerSeat | undefined> {
  if ((await cells.read(SEAT)) !== undefined) return undefined;
  const { ID: lease } = await connection.call((client, options) =>
    client.leaseClient.leaseGrant({ TTL: Math.ceil(ttlMs / 1_000) }, options),
  );
  const seat = seatOf(connection, lease);
  try {
    const expect = [{ key: SEAT, revision: 0 }];
    const puts = new Map([[SEAT, holder]]);
    // Without an answer it may be ours: a lease that nobody renews gives it back.
    if (await cells.change({ expect, puts, deletes: [], lease })) return seat;
  } catch (error) {
    await seat.release().catch(() => undefined);
    throw error;
  }
  await seat.release().catch(() => undefined);
  return undefined;
}

function seatOf(connection: EtcdConnection, lease: string): ControllerSeat {
  return {
    async renew() {
      const { TTL } = await connection.call(async (client, options) => {
        const stream = await client.leaseClient.leaseKeepAlive(options);
        const answer = new Promise<{ TTL: string }>((resolve, reject) => {
          stream.on('data', resolve);
          stream.on('error', reject);
          stream.on('end', () => reject(unanswered()));
        });
        stream.write({ ID: lease });
        return answer.finally(() => stream.cancel());
      });
      return Number(TTL) > 0;
    },
    async release() {
      const revoked = connection.call((client, options) =>
        client.leaseClient.leaseRevoke({ ID: lease }, options),
      );
      await revoked.catch((error: TopologyStoreError) => {
        if (!error.message.includes('lease not found')) throw error;
      });
    },
  };
}

function unanswered(): TopologyStoreError {
  return new TopologyStoreError('unavailable', 'etcd ended the stream of lease renewals');
}
