import { describe, expect, it } from 'vitest';
import { AnnulusError } from '../../../src/base/errors.js';
import { connect, WriteError } from '../../../src/client/index.js';
import { failureOf, useFakeServer } from '../../support/client-fixture.js';

const fixture = useFakeServer();

describe('collections', () => {
  it('are made, described, listed and dropped', async () => {
    const client = fixture.client();
    const made = await client.createCollection({ name: 'more', dimension: 3, metric: 'l2' });
    expect(made).toMatchObject({ name: 'more', dimension: 3, metric: 'l2' });
    expect(made.createdAtWallMs).toBe(1_700_000_000_500);
    expect(await client.getCollection('more')).toMatchObject({ metric: 'l2', documentCount: 0 });
    expect((await client.listCollections()).map(({ name }) => name)).toEqual(['docs', 'more']);
    await client.dropCollection('more');
    await expect(client.getCollection('more')).rejects.toMatchObject({
      name: 'AnnulusError',
      code: 'NOT_FOUND',
      reason: 'COLLECTION_NOT_FOUND',
      isRetriable: false,
    });
  });
});

describe('documents', () => {
  it('come back as they were written', async () => {
    const client = fixture.client();
    const metadata = { tag: 'x', year: 1999, ok: true, list: ['a', 'b'], ['__proto__']: 'safe' };
    const written = await client.upsert('docs', { id: 'a', vector: [1, 2], text: 'one', metadata });
    expect(written).toEqual({ upserted: 1, version: 1n, failures: [] });
    const { documents, missingIds } = await client.get('docs', ['a', 'b'], { includeVector: true });
    expect(missingIds).toEqual(['b']);
    expect(documents).toHaveLength(1);
    expect(documents[0]).toMatchObject({ id: 'a', text: 'one', version: 1n });
    expect(documents[0]?.vector).toEqual(new Float32Array([1, 2]));
    expect({ ...documents[0]?.metadata }).toEqual(metadata);
    const plain = await client.get('docs', 'a');
    expect(plain.documents[0]).not.toHaveProperty('vector');
  });

  it('are counted, and deleted', async () => {
    const client = fixture.client();
    await client.upsert('docs', [
      { id: 'a', vector: [1, 2] },
      { id: 'b', vector: [1, 2] },
    ]);
    expect(await client.count('docs')).toBe(2);
    expect(await client.delete('docs', ['a', 'z'])).toMatchObject({ deleted: 1, failures: [] });
    expect(await client.count('docs')).toBe(1);
  });

  it('are listed page by page, and all in one loop', async () => {
    const client = fixture.client();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await client.upsert(
      'docs',
      ids.map((id) => ({ id, vector: [1, 2] })),
    );
    const page = await client.list('docs', { pageSize: 2 });
    expect(page.documents.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(page.nextPageToken).toBe('b');
    const all: string[] = [];
    for await (const { id } of client.listAll('docs', { pageSize: 2 })) all.push(id);
    expect(all).toEqual(ids);
    expect(fixture.server.count('List')).toBe(4);
  });

  it('that are invalid are refused before anything is sent', async () => {
    const client = fixture.client();
    const documents = [
      { id: 'a', vector: [1, 2] },
      { id: 'b', vector: [1, '2'] as number[] },
    ];
    await expect(client.upsert('docs', documents)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      metadata: { field: 'documents[1].vector[1]' },
    });
    expect(fixture.server.count('Upsert')).toBe(0);
  });
});

describe('a write of which some documents fail', () => {
  it('sends those again that may yet succeed, and only those', async () => {
    const { server } = fixture;
    server.documentFaults.set('b', { times: 2, code: 14, reason: 'NOT_ENOUGH_REPLICAS' });
    const documents = ['a', 'b', 'c'].map((id) => ({ id, vector: [1, 2] }));
    const result = await fixture.client().upsert('docs', documents);
    expect(result).toMatchObject({ upserted: 3, failures: [], version: 3n });
    const sent = server.received.get('Upsert') as { documents: { id: string }[] }[];
    expect(sent.map((one) => one.documents.map(({ id }) => id).join())).toEqual([
      'a,b,c',
      'b',
      'b',
    ]);
  });

  it('rejects with a WriteError that lists what failed for good', async () => {
    fixture.server.documentFaults.set('b', { times: 9, code: 3, reason: 'INVALID_FIELD' });
    const documents = ['a', 'b'].map((id) => ({ id, vector: [1, 2] }));
    const error = await failureOf(fixture.client().upsert('docs', documents));
    expect(error).toBeInstanceOf(WriteError);
    expect(error).toBeInstanceOf(AnnulusError);
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_FIELD',
      doneCount: 1,
      message: '1 document was not written: "b": as told',
    });
    expect((error as WriteError).failures.map(({ id }) => id)).toEqual(['b']);
    expect(fixture.server.count('Upsert')).toBe(1);
  });

  it('resolves with the list when that was asked for', async () => {
    fixture.server.documentFaults.set('b', {
      times: 99,
      code: 14,
      reason: 'PARTITION_UNAVAILABLE',
    });
    const documents = ['a', 'b'].map((id) => ({ id, vector: [1, 2] }));
    const result = await fixture.client().upsert('docs', documents, { collectFailures: true });
    expect(result.upserted).toBe(1);
    expect(result.failures).toMatchObject([
      { id: 'b', error: { code: 'UNAVAILABLE', reason: 'PARTITION_UNAVAILABLE' } },
    ]);
    expect(fixture.server.count('Upsert')).toBe(5);
  });
});

describe('searchBatch', () => {
  it('answers each search on its own, in order', async () => {
    const client = fixture.client();
    await client.upsert('docs', { id: 'a', vector: [1, 0] });
    const results = await client.searchBatch([
      { collection: 'docs', vector: [1, 0], topK: 1 },
      { collection: 'nowhere', vector: [1, 0] },
    ]);
    expect(results).toMatchObject([
      { ok: true, result: { hits: [{ id: 'a', score: 1 }] } },
      { ok: false, error: { code: 'NOT_FOUND', reason: 'COLLECTION_NOT_FOUND' } },
    ]);
  });
});

describe('the cluster', () => {
  const node = (nodeId: string) => ({ nodeId, address: 'h:1', state: 'NODE_STATE_UP' as const });

  it('lists nodes and adds them', async () => {
    fixture.server.topology = { epoch: '7', nodes: [node('n1')], collections: [] };
    const { cluster } = fixture.client();
    expect(await cluster.listNodes()).toMatchObject([{ nodeId: 'n1', state: 'up' }]);
    const added = await cluster.addNode({ nodeId: 'n2', address: 'h:2', weight: 2 });
    expect(added).toMatchObject({ nodeId: 'n2', weight: 2, state: 'up' });
    expect(await cluster.getTopology()).toMatchObject({ epoch: 7, nodes: [{ nodeId: 'n1' }] });
  });

  it('is watched across a lost connection, no epoch twice', async () => {
    const { server } = fixture;
    const seen: number[] = [];
    for await (const { epoch } of fixture.client().cluster.watchTopology()) {
      seen.push(epoch);
      if (epoch === 1) server.publish({ epoch: '2', nodes: [], collections: [] });
      if (epoch === 2) {
        server.dropWatches();
        server.topology = { epoch: '5', nodes: [], collections: [] };
      }
      if (epoch === 5) break;
    }
    expect(seen).toEqual([1, 2, 5]);
    expect(server.count('WatchTopology')).toBe(2);
  });

  it('watch ends with CANCELLED when its signal is aborted, or its client closed', async () => {
    const abort = new AbortController();
    const client = fixture.client();
    const watch = client.cluster.watchTopology({ signal: abort.signal });
    expect((await watch.next()).value).toMatchObject({ epoch: 1 });
    const next = watch.next();
    abort.abort();
    await expect(next).rejects.toMatchObject({ code: 'CANCELLED' });
    const other = client.cluster.watchTopology();
    await other.next();
    const last = failureOf(other.next());
    await client.close();
    expect(await last).toMatchObject({ code: 'CANCELLED' });
  });

  it('watch throws when there is nobody to watch', async () => {
    fixture.server.crash();
    const { cluster } = fixture.client({ retry: { attemptsMax: 2 } });
    await expect(cluster.watchTopology().next()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('what is not served yet says so, and is not retried', async () => {
    const { cluster } = fixture.client();
    const drain = cluster.drainNode('n1');
    await expect(drain).rejects.toMatchObject({ code: 'UNIMPLEMENTED', reason: 'NOT_IMPLEMENTED' });
    const remove = cluster.removeNode('n1', { force: true });
    await expect(remove).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
    expect(fixture.server.count('DrainNode')).toBe(1);
  });
});

describe('connect', () => {
  it('waits for a coordinator that is still starting', async () => {
    const { server } = fixture;
    server.crash();
    const connected = connect({ address: server.address, retry: { backoffMs: 5 } });
    await server.listen();
    const client = await connected;
    expect(await client.count('docs')).toBe(0);
    await client.close();
  });

  it('rejects when there is none within the timeout', async () => {
    const { server } = fixture;
    server.crash();
    const options = { address: server.address, timeoutMs: 60, retry: { backoffMs: 5 } };
    await expect(connect(options)).rejects.toMatchObject({ name: 'AnnulusError' });
  });
});

describe('close', () => {
  it('waits for calls under way, refuses new ones, and may be called twice', async () => {
    const client = fixture.client();
    const release = fixture.server.hold('Count');
    const count = client.count('docs');
    const closed = client.close();
    await expect(client.count('docs')).rejects.toMatchObject({ code: 'CANCELLED' });
    release();
    expect(await count).toBe(0);
    await closed;
    await client.close();
  });

  it('ends calls that outlast its timeout', async () => {
    const client = fixture.client();
    fixture.server.hold('Count');
    const count = failureOf(client.count('docs'));
    await client.close({ timeoutMs: 10 });
    expect(await count).toMatchObject({
      code: 'CANCELLED',
      message: 'this client has been closed',
    });
  });
});
