import { describe, expect, it } from 'vitest';
import { TOMBSTONE_GRACE_MS } from '../../../src/base/tombstone-horizon.js';
import type { LinkReply } from '../../../src/wire/link-messages.js';
import { collection, NodeWorld, replicaOf, searchOf } from '../../support/node-world.js';
import { upsert } from '../../support/partition-world.js';

const HERE = [1, 0, 0];
const a = upsert('a', Float32Array.of(1, 0, 0));
const b = upsert('b', Float32Array.of(0, 5, 0));

async function openNode(limits = {}): Promise<NodeWorld> {
  const world = new NodeWorld(limits);
  await world.assign(1, [replicaOf()]);
  return world;
}

function statusOf(reply: LinkReply): string {
  if (reply.kind === 'refused') return `refused ${reply.status}`;
  if (reply.kind === 'heartbeat') return 'heartbeat';
  return reply.targets.map(({ status }) => status).join();
}

function idsOf(reply: LinkReply): string[] {
  if (reply.kind !== 'search') throw new Error(reply.kind);
  return reply.targets.flatMap(({ hits }) => hits.map(({ id }) => id));
}

describe('ShardNode', () => {
  it('finds what it acknowledged, approximately and exactly', async () => {
    const world = await openNode();
    const written = await world.answer(world.writeOf([a, b]));
    expect(statusOf(written)).toBe('ok');
    expect(idsOf(await world.answer(searchOf(HERE)))).toEqual(['a', 'b']);
    expect(idsOf(await world.answer(searchOf(HERE, { exact: true, k: 1 })))).toEqual(['a']);
  });

  it('gets, lists and counts documents', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([b, a, upsert('c', Float32Array.of(9, 9, 9))]));
    const target = { partition: 0, generation: 1 };
    const got = await world.answer({
      kind: 'get',
      collection,
      includeVector: true,
      targets: [{ ...target, ids: ['c', 'nobody', 'a', 'c'] }],
    });
    if (got.kind !== 'get') throw new Error(got.kind);
    expect(got.targets[0]?.documents.map(({ id }) => id)).toEqual(['c', 'a']);
    expect(got.targets[0]?.documents[0]?.vector.byteLength).toBe(12);
    const listed = await world.answer({
      kind: 'list',
      collection,
      afterId: 'a',
      limit: 1,
      includeVector: false,
      targets: [target],
    });
    if (listed.kind !== 'list') throw new Error(listed.kind);
    expect(listed.targets[0]).toMatchObject({ hasMore: true, documents: [{ id: 'b' }] });
    const counted = await world.answer({ kind: 'count', collection, targets: [target] });
    expect(counted).toMatchObject({ targets: [{ status: 'ok', documentCount: 3 }] });
  });

  it.each([
    ['an unknown partition', { partition: 7 }, 'missing'],
    ['an older generation than it knows', { generation: 1 }, 'stale_generation'],
    ['a newer generation than it knows', { generation: 3 }, 'unknown_generation'],
  ])('answers for %s accordingly', async (_, target, status) => {
    const world = new NodeWorld();
    await world.assign(1, [replicaOf(0, 2)]);
    const generation = 'generation' in target ? target.generation : 2;
    const partition = 'partition' in target ? target.partition : 0;
    for (const exact of [true, false]) {
      const reply = await world.answer(searchOf(HERE, { exact, partition, generation }));
      expect(statusOf(reply)).toBe(status);
    }
    expect(statusOf(await world.answer(world.writeOf([a], partition, generation)))).toBe(status);
  });

  it('answers for each replica on its own', async () => {
    const world = new NodeWorld();
    await world.assign(1, [replicaOf(0), replicaOf(2)]);
    const call = searchOf(HERE);
    call.targets = [0, 1, 2].map((partition) => ({ partition, generation: 1, k: 1, ef: 1 }));
    expect(statusOf(await world.answer(call))).toBe('ok,missing,ok');
    expect(statusOf(await world.answer({ ...call, exact: true }))).toBe('ok,missing,ok');
  });

  it('rejects what the native code must not see', async () => {
    const world = await openNode();
    expect(statusOf(await world.answer(searchOf([1, 2])))).toBe('rejected');
    expect(statusOf(await world.answer(searchOf([1, Number.NaN, 0])))).toBe('rejected');
    expect(statusOf(await world.answer(searchOf(HERE, { k: 0 })))).toBe('rejected');
    const nan = upsert('x', Float32Array.of(1, Number.NaN, 0));
    const short = upsert('x', Float32Array.of(1, 0));
    const nameless = upsert('', Float32Array.of(1, 0, 0));
    for (const op of [nan, short, nameless]) {
      expect(statusOf(await world.answer(world.writeOf([op])))).toBe('rejected');
    }
    const garbage = world.writeOf([a]);
    for (const target of garbage.targets) target.ops = Uint8Array.of(1, 2, 3);
    expect(statusOf(await world.answer(garbage))).toBe('rejected');
  });

  it('refuses what comes too late, and what its queue cannot hold', async () => {
    const world = await openNode();
    const late = await world.answer(searchOf(HERE), world.clock.nowMs());
    expect(statusOf(late)).toBe('refused timed_out');
    const asked = Array.from({ length: 6 }, () => world.ask(searchOf(HERE)));
    const answers = await world.settled(Promise.all(asked));
    const statuses = answers.map(({ reply }) => statusOf(reply));
    expect(statuses).toEqual(['ok', 'ok', 'ok', 'ok', 'refused rejected', 'refused rejected']);
    expect(answers[5]?.reply).toMatchObject({ retryAfterMs: expect.any(Number) });
  });

  it('pushes back when too many writes are in flight', async () => {
    const world = await openNode({ writeOpsMax: 3 });
    const first = world.ask(world.writeOf([a, b]));
    const second = world.ask(world.writeOf([a, b]));
    expect(statusOf((await world.settled(second)).reply)).toBe('refused rejected');
    expect(statusOf((await world.settled(first)).reply)).toBe('ok');
    expect(statusOf(await world.answer(world.writeOf([b])))).toBe('ok');
    const tooManyForAny = world.writeOf([a, b, a, b]);
    expect(statusOf(await world.answer(tooManyForAny))).toBe('ok');
  });

  it('says nothing to a caller who cancelled', async () => {
    const world = await openNode();
    const replies: LinkReply[] = [];
    for (const request of [searchOf(HERE), searchOf(HERE, { exact: true }), world.writeOf([a])]) {
      const call = world.node.handle(request, Number.POSITIVE_INFINITY, (r) => replies.push(r));
      call.cancel();
      call.cancel();
    }
    await world.clock.runForAsync(100);
    expect(replies).toEqual([]);
    expect(world.node.writeOpsInFlight).toBe(0);
    expect(idsOf(await world.answer(searchOf(HERE)))).toEqual([]);
  });

  it('answers too_large rather than with more than a reply may hold', async () => {
    const world = await openNode({ replyBytesMax: 1500 });
    const documents = Array.from({ length: 40 }, (_, i) =>
      upsert(`d${i}`, Float32Array.of(i, 0, 0)),
    );
    await world.answer(world.writeOf(documents));
    for (const exact of [false, true]) {
      expect(statusOf(await world.answer(searchOf(HERE, { k: 40, exact })))).toBe('too_large');
      expect(statusOf(await world.answer(searchOf(HERE, { k: 3, exact })))).toBe('ok');
    }
    const target = { partition: 0, generation: 1 };
    const list = {
      kind: 'list',
      collection,
      afterId: '',
      limit: 40,
      includeVector: false,
    } as const;
    const listed = await world.answer({ ...list, targets: [target] });
    if (listed.kind !== 'list') throw new Error(listed.kind);
    expect(listed.targets[0]?.hasMore).toBe(true);
    expect(listed.targets[0]?.documents.length).toBeGreaterThan(3);
  });

  it('never goes back to an older topology, nor to another cluster', async () => {
    const world = await openNode();
    await world.assign(5, [replicaOf(0, 2, false)]);
    await expect(world.assign(4, [])).rejects.toMatchObject({ reason: 'STALE_TOPOLOGY' });
    await expect(world.assign(9, [], 'another')).rejects.toMatchObject({
      reason: 'NODE_CONFLICT',
    });
    await world.restart();
    await expect(world.assign(4, [])).rejects.toMatchObject({ reason: 'STALE_TOPOLOGY' });
    expect(world.node.reports()).toHaveLength(1);
  });

  it.each(['../../etc', '', 'C0FFEE', '__proto__', 'a'.repeat(65)])(
    'does not take %j for a collection id',
    async (bad) => {
      const world = new NodeWorld();
      const assignment = { ...replicaOf(), collection: bad as typeof collection };
      await expect(world.assign(1, [assignment])).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
      expect(world.replicas.size).toBe(0);
    },
  );

  it('holds after a restart what was acknowledged before, without being assigned again', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([a, b]));
    await world.restart();
    expect(idsOf(await world.answer(searchOf(HERE)))).toEqual(['a', 'b']);
    expect((await world.settled(world.ask(searchOf(HERE)))).load.highestVersion).toBeGreaterThan(
      0n,
    );
  });

  it('reports a replica that is gone as missing, and never makes it anew unasked', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([a]));
    world.replicas.clear();
    await world.restart();
    expect(world.node.reports()).toMatchObject([{ condition: 'missing' }]);
    expect(statusOf(await world.answer(searchOf(HERE)))).toBe('missing');
    await world.assign(2, [replicaOf(0, 1, false)]);
    expect(world.node.reports()).toMatchObject([{ condition: 'missing' }]);
  });

  it('empties a recovering replica that was away for longer than deletions are remembered', async () => {
    const heldAfter = async (awayMs: number) => {
      const world = await openNode();
      await world.answer(world.writeOf([a, b]));
      world.clock.jumpWall(awayMs);
      await world.restart();
      const recovering = { ...replicaOf(0, 2, false), state: 'recovering' as const };
      const [report] = await world.assign(2, [recovering]);
      return report?.documentCount;
    };
    expect(await heldAfter(TOMBSTONE_GRACE_MS - 1000)).toBe(2);
    expect(await heldAfter(TOMBSTONE_GRACE_MS + 1000)).toBe(0);
  });

  it('refuses writes to a full or failing disk and goes on reading', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([a]));
    const disk = [...world.replicas.values()][0]?.disk;
    if (disk === undefined) throw new Error('no disk');
    disk.isFull = true;
    const full = await world.answer(world.writeOf([b]));
    expect(full).toMatchObject({
      targets: [{ status: 'storage_full', detail: expect.stringMatching('full') }],
    });
    const said = { condition: 'full', detail: expect.stringMatching('full') };
    expect(world.node.reports()).toMatchObject([said]);
    expect(idsOf(await world.answer(searchOf(HERE)))).toEqual(['a']);
    disk.isFull = false;
    expect(statusOf(await world.answer(world.writeOf([b])))).toBe('ok');
    expect(world.node.reports()).toMatchObject([{ condition: 'open', detail: '' }]);
  });

  it('opens a replica anew whose disk failed, and takes writes again', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([a]));
    [...world.replicas.values()][0]?.disk.failNextSync();
    expect(statusOf(await world.answer(world.writeOf([b])))).toBe('unavailable');
    expect(statusOf(await world.answer(world.writeOf([b])))).toBe('unavailable');
    expect(idsOf(await world.answer(searchOf(HERE)))).toEqual(['a']);
    const said = { condition: 'failed', detail: expect.stringMatching('failed to sync') };
    expect(world.node.reports()).toMatchObject([said]);
    await world.clock.runForAsync(6_000);
    expect(world.node.reports()).toMatchObject([{ condition: 'open', detail: '' }]);
    expect(statusOf(await world.answer(world.writeOf([b])))).toBe('ok');
    expect(idsOf(await world.answer(searchOf(HERE)))).toEqual(['a', 'b']);
  });

  it('removes what it is no longer assigned', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([a]));
    await world.assign(2, [replicaOf(1)]);
    expect([...world.replicas.keys()]).toEqual(['c0ffee-1']);
    expect(statusOf(await world.answer(searchOf(HERE)))).toBe('missing');
  });

  it('finishes what is in flight when it stops, and refuses what comes after', async () => {
    const world = await openNode();
    const inFlight = world.ask(world.writeOf([a]));
    const stopping = world.node.stop(10_000);
    const refused = await world.answer(searchOf(HERE));
    expect(refused).toMatchObject({ status: 'unavailable', detail: 'stopping' });
    expect(await world.settled(stopping)).toBe(true);
    expect(statusOf((await inFlight).reply)).toBe('ok');
    await world.restart();
    expect(idsOf(await world.answer(searchOf(HERE)))).toEqual(['a']);
  });

  it('says in a heartbeat what it holds', async () => {
    const world = await openNode();
    await world.answer(world.writeOf([a, b]));
    const reply = await world.answer({ kind: 'heartbeat' });
    const replica = { collection, partition: 0, condition: 'open', detail: '', documentCount: 2 };
    expect(reply).toEqual({ kind: 'heartbeat', epoch: 1, replicas: [replica] });
  });
});
