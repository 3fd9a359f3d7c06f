import { beforeEach, describe, expect, it } from 'vitest';
import { documentOf, Ledger } from '../../../bench/crash-ingest/ledger.js';
import type { StoredDocument } from '../../../src/client/index.js';

let ledger: Ledger;

function stored(id: string, edition: number, version: bigint): StoredDocument {
  const { vector, text = '', metadata } = documentOf(id, edition);
  return { id, vector, text, metadata: metadata as StoredDocument['metadata'], version };
}

beforeEach(() => {
  ledger = new Ledger();
  ledger.acknowledged('a', 1, 10n);
  ledger.acknowledged('a', 2, 20n);
  ledger.acknowledged('b', 1, 15n);
  ledger.acknowledged('c', 1, 16n);
  ledger.acknowledged('c', 'deleted', 17n);
});

describe('the record of what was acknowledged', () => {
  it('accepts what is stored as promised', () => {
    expect(ledger.violations([stored('a', 2, 20n), stored('b', 1, 15n)])).toEqual([]);
    expect([ledger.existingCount, ledger.acknowledgedCount]).toEqual([2, 5]);
  });

  it('notices what is lost, listed twice, deleted, or was never sent', () => {
    const listed = [stored('b', 1, 15n), stored('b', 1, 15n), stored('c', 1, 16n)];
    expect(ledger.violations([...listed, stored('x', 1, 1n)])).toEqual([
      'b is listed twice',
      'c was deleted',
      'x was never sent',
      'a is lost',
    ]);
  });

  it('notices an older edition, and one with other contents', () => {
    const b = stored('b', 1, 15n);
    expect(ledger.violations([stored('a', 1, 10n), b])[0]).toMatch(/is edition 1, acknowledged/);
    const a = stored('a', 2, 20n);
    expect(ledger.violations([{ ...a, text: '' }, b])[0]).toMatch(/another text/);
    const other = documentOf('a', 1).vector;
    expect(ledger.violations([{ ...a, vector: other }, b])[0]).toMatch(/another vector/);
    const metadata = { ...a.metadata, tags: ['x'] };
    expect(ledger.violations([{ ...a, metadata }, b])[0]).toMatch(/other metadata/);
  });

  it('notices a version that no write of the edition had, or that changed', () => {
    const b = stored('b', 1, 15n);
    for (const version of [10n, 21n]) {
      expect(ledger.violations([stored('a', 2, version), b])[0]).toMatch(/has version/);
    }
    expect(ledger.violations([stored('a', 2, 19n), b])).toEqual([]);
    expect(ledger.violations([stored('a', 2, 20n), b])[0]).toMatch(/has version 20 and had 19/);
  });
});
