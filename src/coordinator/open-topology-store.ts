/** The topology store that a coordinator's options name: in its folder, or in etcd. */
import { systemClock } from '../base/system-clock.js';
import { systemRandom } from '../base/system-random.js';
import { checkEmbeddedFolder, openCoordinatorFolder } from './coordinator-folder.js';
import type { EtcdOptions } from './topology/etcd-connection.js';
import { EtcdTopologyStore } from './topology/etcd-topology-store.js';
import { LmdbTopologyStore } from './topology/lmdb-topology-store.js';
import type { TopologyStore } from './topology/topology-store.js';

/** Its `close` lets go of the folder too. */
export async function openTopologyStore(
  dataDirectory: string,
  etcd: EtcdOptions | undefined,
): Promise<TopologyStore> {
  if (etcd === undefined) {
    checkEmbeddedFolder(dataDirectory);
    return LmdbTopologyStore.open(dataDirectory);
  }
  const folder = await openCoordinatorFolder(dataDirectory, systemRandom);
  const { holder } = folder;
  try {
    const parts = { clock: systemClock, random: systemRandom, holder };
    return await EtcdTopologyStore.open(etcd, parts, () => folder.release());
  } catch (error) {
    await folder.release();
    throw error;
  }
}
