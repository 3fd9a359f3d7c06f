import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUtf8 } from '../../../../src/base/utf8-order.js';
import { mergePages } from '../../../../src/coordinator/search/document-reads.js';
import type { StoredDocument } from '../../../../src/wire/link-messages.js';

const none = new Uint8Array(0);
const document = (id: string): StoredDocument => ({
  id,
  version: 1n,
  vector: none,
  text: none,
  metadata: none,
});

/** A node's page: sorted, cut at `limit` documents, or earlier at `cut`. */
function page(partition: number, ids: string[], limit: number, cut: number) {
  const sorted = [...ids].sort(compareUtf8);
  const kept = sorted.slice(0, Math.max(1, Math.min(limit, cut)));
  return {
    partition,
    status: 'ok' as const,
    documents: kept.map(document),
    hasMore: kept.length < sorted.length,
  };
}

describe('mergePages', () => {
  it('pages through every document once, in order, wherever nodes cut their pages', () => {
    const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3, unit: 'grapheme' }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        ids,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (all, limit, cut) => {
          const seen: string[] = [];
          let afterId = '';
          for (let pages = 0; pages <= all.length; pages += 1) {
            const left = all.filter((id) => afterId === '' || compareUtf8(id, afterId) > 0);
            const shares = [0, 1, 2].map((p) => left.filter((_, i) => i % 3 === p));
            const merged = mergePages(
              shares.map((share, p) => page(p, share, limit, cut)),
              limit,
            );
            seen.push(...merged.documents.map((d) => d.id));
            if (!merged.hasMore) break;
            afterId = merged.documents.at(-1)?.id ?? '';
          }
          expect(seen).toEqual([...all].sort(compareUtf8));
        },
      ),
    );
  });
});

describe('a page of large documents', () => {
  it('ends before it is too large for a client with default limits, and never empty', () => {
    const large = (id: string): StoredDocument => ({
      ...document(id),
      text: new Uint8Array(1024 * 1024),
    });
    const documents = ['a', 'b', 'c', 'd', 'e'].map(large);
    const reply = { partition: 0, status: 'ok' as const, documents, hasMore: false };
    const page = mergePages([reply], 100);
    expect(page.documents.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(page.hasMore).toBe(true);
    const huge = { ...large('z'), text: new Uint8Array(5 * 1024 * 1024) };
    expect(mergePages([{ ...reply, documents: [huge] }], 1).documents).toHaveLength(1);
  });
});

describe('compareUtf8', () => {
  it('orders texts as their UTF-8 bytes are ordered', () => {
    const text = fc.string({ unit: 'binary', maxLength: 5 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});
