import { type ConnectRecoveryPeer, refusedAs } from '../../src/wire/recovery-messages.js';

/** Nobody to copy from. */
export const noPeer: ConnectRecoveryPeer = () => ({
  ask: async () => refusedAs('unavailable', 'there is nobody'),
  close() {},
});
