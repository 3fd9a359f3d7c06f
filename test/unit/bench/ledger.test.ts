import { beforeEach, describe, expect, it } from 'vitest';
import { documentOf } from '../../../bench/workload/document-of.js';
import { type Content, Ledger } from '../../../bench/workload/ledger.js';
import type { StoredDocument } from '../../../src/client/index.js';

let ledger: Ledger;

function stored(id: string, edition: number, version: bigint): StoredDocument {
  const { vector, text = '', metadata } = documentOf(id, edition);
  return { id, vector, text, metadata: metadata as StoredDocument['metadata'], version };
}

function write(id: string, content: Content, version: bigint): void {
  ledger.sending(id, content);
  ledger.acknowledged(id, version);
}

beforeEach(() => {
  ledger = new Ledger();
  write('a', 1, 10n);
  write('a', 2, 20n);
  write('b', 1, 15n);
  write('c', 1, 16n);
  write('c', 'deleted', 17n);
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

describe('a read in the middle of writes', () => {
  it('may see the last write acknowledged before it began, and nothing older', () => {
    const since = ledger.now();
    expect(ledger.readViolation('a', 2, since)).toBeUndefined();
    expect(ledger.readViolation('a', 1, since)).toMatch(/seen as 1, and had been 2/);
    expect(ledger.readViolation('a', 'missing', since)).toMatch(/seen as missing/);
    expect(ledger.readViolation('c', 'missing', since)).toBeUndefined();
    expect(ledger.readViolation('c', 1, since)).toMatch(/seen as 1, and had been deleted/);
  });

  it('may see any write sent since, acknowledged or not', () => {
    const since = ledger.now();
    write('a', 3, 30n);
    ledger.sending('a', 'deleted');
    for (const seen of [2, 3, 'missing'] as const) {
      expect(ledger.readViolation('a', seen, since)).toBeUndefined();
    }
    expect(ledger.readViolation('a', 1, since)).toBeDefined();
    expect(ledger.readViolation('a', 2, ledger.now())).toBeDefined();
  });

  it('may miss a document whose first write is under way, and never sees one never sent', () => {
    ledger.sending('n', 1);
    const since = ledger.now();
    expect(ledger.readViolation('n', 'missing', since)).toBeUndefined();
    expect(ledger.readViolation('n', 1, since)).toBeUndefined();
    expect(ledger.readViolation('x', 1, since)).toMatch(/never sent/);
    expect(ledger.readViolation('x', 'missing', since)).toBeUndefined();
  });

  it('knows a document as settled only between its writes', () => {
    expect([ledger.settled('a'), ledger.settled('c'), ledger.settled('x')]).toEqual([
      2,
      'deleted',
      undefined,
    ]);
    ledger.sending('a', 3);
    expect(ledger.settled('a')).toBeUndefined();
  });
});
