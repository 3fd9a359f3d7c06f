import { describe, expect, it } from 'vitest';
import { type CommitTarget, GroupCommit } from '../../../../shards/store/group-commit.js';
import { StoreError } from '../../../../shards/store/partition-store.js';
import { EMPTY_STATE } from '../../../../shards/store/store-state.js';
import type { StoreRequest, WritePlan } from '../../../../shards/store/write-plan.js';

/** A target that records its groups; commits end when the test says so. */
class ManualTarget implements CommitTarget {
  readonly groups: StoreRequest[][] = [];
  readonly applied: WritePlan[] = [];
  end: (error?: StoreError) => void = () => {};

  plan(requests: readonly StoreRequest[]): WritePlan {
    this.groups.push([...requests]);
    const records = new Map([['a', { before: undefined, after: undefined }]]);
    const outcomes = requests.map(() => ({ results: [], changes: [] }));
    return { state: EMPTY_STATE, rows: new Map(), records, supersededSeqs: [], outcomes };
  }

  commit(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.end = (error) => (error === undefined ? resolve() : reject(error));
    });
  }

  apply(plan: WritePlan): void {
    this.applied.push(plan);
  }
}

function write(opCount = 1): StoreRequest {
  const ops = Array.from({ length: opCount }, () => ({ kind: 'delete', id: 'a' }) as const);
  return { kind: 'write', version: 1n, ops };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await undefined;
}

describe('GroupCommit', () => {
  it('puts all calls that arrive during a commit into the next one', async () => {
    const target = new ManualTarget();
    const commits = new GroupCommit(target);
    const all = [commits.submit(write()), commits.submit(write())];
    await settle();
    for (let i = 0; i < 5; i += 1) all.push(commits.submit(write()));
    await settle();
    expect(target.groups.map((group) => group.length)).toEqual([2]);
    target.end();
    await settle();
    expect(target.groups.map((group) => group.length)).toEqual([2, 5]);
    target.end();
    await Promise.all(all);
  });

  it('splits what is more than one commit should carry, in order', async () => {
    const target = new ManualTarget();
    const commits = new GroupCommit(target);
    const all = [1_500, 400, 200, 9_000, 1].map((count) => commits.submit(write(count)));
    for (let group = 0; group < 4; group += 1) {
      await settle();
      target.end();
    }
    await Promise.all(all);
    const sizes = target.groups.map((group) =>
      group.map((request) => (request.kind === 'write' ? request.ops.length : 0)),
    );
    expect(sizes).toEqual([[1_500, 400], [200], [9_000], [1]]);
  });

  it('rejects only the group at hand when the disk is full, and applies nothing of it', async () => {
    const target = new ManualTarget();
    const commits = new GroupCommit(target);
    const refused = [commits.submit(write()), commits.submit(write())];
    await settle();
    const later = commits.submit(write());
    target.end(new StoreError('full', 'no room'));
    const outcomes = await Promise.allSettled(refused);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    expect(target.applied).toEqual([]);
    await settle();
    target.end();
    await expect(later).resolves.toBeDefined();
  });

  it('refuses everything after a commit that failed', async () => {
    const target = new ManualTarget();
    const commits = new GroupCommit(target);
    const first = commits.submit(write());
    await settle();
    const waiting = commits.submit(write());
    target.end(new StoreError('failed', 'device gone'));
    const later = first.catch(() => commits.submit(write()));
    for (const outcome of await Promise.allSettled([first, waiting, later])) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { failure: 'failed' } });
    }
    expect(target.groups).toHaveLength(1);
    await commits.close();
  });

  it('finishes what it took before it closes', async () => {
    const target = new ManualTarget();
    const commits = new GroupCommit(target);
    const first = commits.submit(write());
    await settle();
    const second = commits.submit(write());
    let isClosed = false;
    const closing = commits.close().then(() => {
      isClosed = true;
    });
    await expect(commits.submit(write())).rejects.toMatchObject({ failure: 'failed' });
    target.end();
    await settle();
    expect(isClosed).toBe(false);
    target.end();
    await Promise.all([first, second, closing]);
  });
});
