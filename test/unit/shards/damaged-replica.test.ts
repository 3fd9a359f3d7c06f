/** What becomes of a replica that is found damaged, and of one that cannot be made anew. */
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../src/base/ids.js';
import { NO_VERSION } from '../../../src/base/version.js';
import type { LinkReply } from '../../../src/wire/link-messages.js';
import { type RecoveryQuestion, refusedAs } from '../../../src/wire/recovery-messages.js';
import { collection, NodeWorld, replicaOf, searchOf } from '../../support/node-world.js';
import { upsert } from '../../support/partition-world.js';

const HERE = [1, 0, 0];
const a = upsert('a', Float32Array.of(1, 0, 0));
const b = upsert('b', Float32Array.of(0, 5, 0));

async function openNode(): Promise<NodeWorld> {
  const world = new NodeWorld();
  await world.assign(1, [replicaOf()]);
  return world;
}

function statusOf(reply: LinkReply): string {
  return 'targets' in reply ? reply.targets.map(({ status }) => status).join() : reply.kind;
}

function idsOf(reply: LinkReply): string[] {
  if (reply.kind !== 'search') throw new Error(reply.kind);
  return reply.targets.flatMap(({ hits }) => hits.map(({ id }) => id));
}

describe('a damaged replica', () => {
  it('is reported as corrupt, whenever that is noticed, and serves none of it', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([a, b]));
    const { disk } = [...world.replicas.values()][0] as { disk: { damageRow(seq: number): void } };
    disk.damageRow(1);
    expect(statusOf(await world.answer(searchOf(HERE)))).toBe('corrupt');
    expect(statusOf(await world.answer(searchOf(HERE, { exact: true })))).toBe('corrupt');
    expect(statusOf(await world.answer(world.writeOf([b])))).toBe('corrupt');
    expect(world.node.reports()).toMatchObject([{ condition: 'corrupt' }]);
    await world.restart();
    expect(world.node.reports()).toMatchObject([{ condition: 'corrupt' }]);
    expect(statusOf(await world.answer(searchOf(HERE)))).toBe('corrupt');
  });

  it('serves again once all of it is found whole, without a restart', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([a, b]));
    const disk = [...world.replicas.values()][0]?.disk;
    disk?.damageRow(1);
    expect(statusOf(await world.answer(searchOf(HERE)))).toBe('corrupt');
    const said = () => world.node.reports().map(({ condition }) => condition);
    await world.answer({ kind: 'heartbeat' });
    for (let i = 0; i < 60; i += 1) {
      await world.clock.runForAsync(500);
      // Not for a moment does it say that it may be whole.
      expect(said()).toEqual(['corrupt']);
    }
    disk?.restoreRows();
    await world.clock.runForAsync(60_000);
    expect(said()).toEqual(['open']);
    expect(idsOf(await world.answer(searchOf(HERE)))).toEqual(['a', 'b']);
    expect(statusOf(await world.answer(world.writeOf([b])))).toBe('ok');
  });

  it('keeps what can be read of it when no replica is in sync', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([a, b]));
    [...world.replicas.values()][0]?.disk.damageRow(1);
    expect(statusOf(await world.answer(searchOf(HERE)))).toBe('corrupt');
    const replica = { ...replicaOf(0, 2, false), keepsReadable: true };
    const [report] = await world.assign(2, [{ ...replica, state: 'recovering' }]);
    expect(report).toMatchObject({ condition: 'open', documentCount: 1 });
    await world.assign(3, [replicaOf(0, 3, false)]);
    expect(idsOf(await world.answer(searchOf(HERE, { generation: 3 })))).toEqual(['b']);
    await world.restart();
    expect(idsOf(await world.answer(searchOf(HERE, { generation: 3 })))).toEqual(['b']);
  });

  it('is made anew when another one was forced in sync', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([a, b]));
    [...world.replicas.values()][0]?.disk.damageRow(1);
    expect(statusOf(await world.answer(searchOf(HERE)))).toBe('corrupt');
    const recovering = { ...replicaOf(0, 2, false), state: 'recovering' as const };
    expect(await world.assign(2, [recovering])).toMatchObject([
      { condition: 'open', documentCount: 0 },
    ]);
  });

  it('that is made anew in the middle of its recovery begins that anew, and is not called equal', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([a, b]));
    const target = { clusterId: 'cluster-1', nodeId: nodeId('n1'), collection, partition: 0 };
    const question = { kind: 'digest', target: { ...target, generation: 1 }, horizon: NO_VERSION };
    const digest = await world.settled(world.node.answerRecovery(question as RecoveryQuestion));
    const ask = async ({ kind }: RecoveryQuestion) =>
      kind === 'digest' ? digest : refusedAs('unavailable', 'not now');
    world.connectPeer = () => ({ ask, close: () => {} });
    const source = { nodeId: nodeId('n2'), address: 'n2:1' };
    const recovering = { ...replicaOf(0, 2, false), state: 'recovering' as const, source };
    await world.assign(2, [recovering]);
    await world.clock.runForAsync(1_000);
    expect(world.node.reports()).toMatchObject([{ recovery: { phase: 'equal' } }]);

    // So many are superseded that its graph is built anew, for which every row is read.
    [...world.replicas.values()][0]?.disk.damageRow(1);
    for (let i = 0; i < 60; i += 1) await world.answer(world.writeOf([b], 0, 2));
    await world.clock.runForAsync(10_000);
    expect(world.node.reports()).toMatchObject([{ condition: 'corrupt' }]);
    await world.assign(3, [recovering]);
    await world.clock.runForAsync(1_000);
    const [report] = world.node.reports();
    expect(report).toMatchObject({ condition: 'open', documentCount: 0 });
    expect(report?.recovery?.phase).toBe('waiting');
  });
});
