import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataDirectory } from '../../../examples/quickstart/data-directory.js';
import { loadDocuments, type QuickstartDocument } from '../../../examples/quickstart/dataset.js';
import { createTextEmbedder } from '../../../examples/quickstart/embed-text.js';
import { SHOWCASE_QUESTIONS } from '../../../examples/quickstart/questions.js';

const DATA_BYTES_MAX = 6 * 1024 * 1024;

const embed = createTextEmbedder();
const documents = loadDocuments(embed);

function nearest(question: string, count: number): QuickstartDocument[] {
  const vector = embed(question);
  const score = (document: QuickstartDocument) =>
    document.vector.reduce((sum, value, i) => sum + value * (vector[i] as number), 0);
  return documents
    .map((document) => ({ document, score: score(document) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ document }) => document);
}

describe('the quickstart data set', () => {
  it('fits in 6 MB', () => {
    const files = readdirSync(dataDirectory());
    const sizes = files.map((file) => statSync(join(dataDirectory(), file)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(DATA_BYTES_MAX);
  });

  it('carries the licences of its sources', () => {
    const licences = readFileSync(join(dataDirectory(), 'LICENSES.md'), 'utf8');
    expect(licences).toContain('WordNet 3.1 Copyright 2011 by Princeton University');
    expect(licences).toContain('Public Domain Dedication and License v1.0');
  });

  it('has 12,000 documents with ids of their own', () => {
    expect(documents).toHaveLength(12_000);
    expect(new Set(documents.map(({ id }) => id)).size).toBe(12_000);
    for (const { id } of documents) expect(id).toMatch(/^wn-\d{8}-n$/);
  });

  it('gives every document a finite unit vector of 100 elements', () => {
    for (const { vector } of documents) {
      expect(vector).toHaveLength(100);
      const squares = vector.reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs(squares - 1)).toBeLessThan(1e-5);
    }
  });

  it('gives every document its word, category, part of speech and word count', () => {
    for (const { text, metadata } of documents) {
      expect(text.startsWith(metadata.lemma)).toBe(true);
      expect(metadata.category).toMatch(/^noun\.[A-Za-z]+$/);
      expect(metadata.part_of_speech).toBe('noun');
      expect(metadata.word_count).toBeGreaterThan(0);
    }
  });

  it('loads the same vectors every time', () => {
    expect(loadDocuments()[4_321]).toEqual(documents[4_321]);
  });
});

describe('the text embedder', () => {
  it.each(SHOWCASE_QUESTIONS)('answers "$text" with $bestLemmas', ({ text, bestLemmas }) => {
    expect(bestLemmas).toContain(nearest(text, 1)[0]?.metadata.lemma);
  });

  it.each([
    ['a doctor who treats children', 'pediatrician'],
    ['melted rock that comes out of a volcano', 'lava'],
    ['a person who does not eat meat', 'vegetarian'],
    ['the organ that pumps blood', 'heart'],
    ['a boat that carries cars and passengers across a river', 'ferry'],
    ['someone who writes about the life of another person', 'biographer'],
  ])('finds for "%s" the entry %s among the nearest 10', (question, lemma) => {
    expect(nearest(question, 10).map(({ metadata }) => metadata.lemma)).toContain(lemma);
  });

  it('ignores case, punctuation, repetition and stop words', () => {
    const plain = embed('instrument measures temperature');
    expect(embed('An INSTRUMENT, that measures (the) temperature; temperature!')).toEqual(plain);
  });

  it('names the words when it knows none of them', () => {
    expect(() => embed('the frobnicated quuxification')).toThrow(/frobnicated, quuxification/);
  });

  it('says so when a text has only stop words', () => {
    expect(() => embed('what is it?')).toThrow(/only stop words/);
    expect(() => embed('')).toThrow(/only stop words/);
  });
});
