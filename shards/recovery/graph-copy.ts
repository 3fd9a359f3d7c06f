/**
 * Copies the source's saved graph, piece by piece. A connection that breaks, or either process that
 * dies, costs nothing but the piece under way. A graph that the source has let go of, or that turns
 * out damaged, is asked for again, a few times; then the receiver inserts its rows itself, which is
 * only slower.
 */
import type { GraphAnswer, GraphOffer, RecoveryAnswer } from '../../src/wire/recovery-messages.js';
import type { GraphInbox } from '../graph-kit.js';
import type { CopyChannel } from './copy-channel.js';
import type { LevelledReplica } from './levelled-replica.js';

export type GraphCopyEnd = { status: 'installed' | 'none' | 'stopped' | 'failed'; detail: string };

const ATTEMPTS_MAX = 3;
/** How long the source may take to save a fresh graph. */
const OFFER_WAIT_MS = 30_000;

export async function copyGraph(
  channel: CopyChannel,
  replica: LevelledReplica,
): Promise<GraphCopyEnd> {
  let detail = '';
  for (let attempt = 0; attempt < ATTEMPTS_MAX && !channel.isStopped; attempt += 1) {
    const answer = await askForOffer(channel);
    if (answer === undefined) break;
    if (answer.offer === undefined) return { status: 'none', detail: 'the source has none' };
    try {
      const ended = await copyOffered(channel, replica, answer.offer);
      if (ended.status !== 'failed') return ended;
      detail = ended.detail;
    } catch (error) {
      // It cannot be kept: no room, or a disk that fails, which the rows will meet as well.
      return { status: 'failed', detail: String(error) };
    }
  }
  return channel.isStopped ? { status: 'stopped', detail: '' } : { status: 'failed', detail };
}

/** Undefined: stopped, or the source took too long. */
async function askForOffer(channel: CopyChannel): Promise<GraphAnswer | undefined> {
  const giveUpAtMs = channel.clock.nowMs() + OFFER_WAIT_MS;
  while (!channel.isStopped && channel.clock.nowMs() < giveUpAtMs) {
    const answer = await channel.ask({ kind: 'graph' });
    if (answer.kind === 'graph') return answer;
    await channel.wait();
  }
  return undefined;
}

async function copyOffered(
  channel: CopyChannel,
  replica: LevelledReplica,
  offer: GraphOffer,
): Promise<GraphCopyEnd> {
  const inbox = await replica.graphs.receive(offer);
  try {
    return await fill(channel, replica, inbox, offer);
  } finally {
    // What is there stays, unless it was discarded: the next attempt goes on with it.
    await inbox.close();
  }
}

async function fill(
  channel: CopyChannel,
  replica: LevelledReplica,
  inbox: GraphInbox,
  offer: GraphOffer,
): Promise<GraphCopyEnd> {
  const failed = async (detail: string): Promise<GraphCopyEnd> => {
    await inbox.discard();
    return { status: 'failed', detail };
  };
  const received = await receiveAll(channel, replica, inbox, offer);
  if (received === 'stopped') return { status: 'stopped', detail: '' };
  if (received === 'gone') return failed('the source let go of it');
  const loaded = await inbox.finish();
  if (loaded.status !== 'loaded') {
    return failed(loaded.status === 'absent' ? 'it vanished' : loaded.detail);
  }
  const isInstalled = await replica.graphs.install(loaded.graph);
  await inbox.discard();
  return { status: isInstalled ? 'installed' : 'stopped', detail: '' };
}

async function receiveAll(
  channel: CopyChannel,
  replica: LevelledReplica,
  inbox: GraphInbox,
  offer: GraphOffer,
): Promise<'whole' | 'gone' | 'stopped'> {
  const totalBytes = offer.manifestBytes + offer.payloadBytes;
  while (inbox.receivedBytes < totalBytes) {
    if (channel.isStopped) return 'stopped';
    const { graphId } = offer;
    const offset = inbox.receivedBytes;
    const startedAtMs = channel.clock.nowMs();
    const answer = await channel.ask({ kind: 'graph_bytes', graphId, offset });
    if (answer.kind !== 'graph_bytes') {
      if (isGone(answer)) return 'gone';
      await channel.wait();
      continue;
    }
    const { bytes } = answer;
    if (bytes.length === 0) return 'gone';
    channel.onProgress();
    await inbox.append(bytes.subarray(0, totalBytes - offset));
    channel.progress.graphBytes += bytes.length;
    await channel.rest(replica.isSearched, channel.clock.nowMs() - startedAtMs);
    await channel.throttle(bytes.length);
  }
  return 'whole';
}

function isGone(answer: RecoveryAnswer): boolean {
  return answer.kind === 'refused' && answer.status === 'gone';
}
