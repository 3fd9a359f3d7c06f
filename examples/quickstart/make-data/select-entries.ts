// Chooses the entries of the data set among WordNet's 82,000 noun synsets: those that a person would
// think of asking for. Wanted are things one can picture (animals, tools, food, people), of a common
// word, in a common sense of it, with a definition that says something.
//
// Each synset gets a price: the frequency rank of its best lemma, made dearer by rare senses and by
// phrases, cheaper by mentions in WordNet's tagged texts and by an interesting category. The cheapest
// are taken, at most two for one lemma.

import { contentWords } from '../text-words.js';
import type { Synset } from './wordnet.js';

export interface Entry {
  readonly synset: Synset;
  /** The commonest lemma: what the entry is called. */
  readonly lemma: string;
}

const DEFINITION_CHARACTERS_MAX = 220;
const ENTRIES_PER_LEMMA_MAX = 2;
const INSTANCE_OF_PERSON_INTEREST = 1.2;
const OTHER_INTEREST = 0.7;

/** How much more interesting than average a category is. */
const INTEREST_BY_CATEGORY: Record<string, number> = {
  'noun.animal': 12,
  'noun.feeling': 12,
  'noun.food': 10,
  'noun.artifact': 9,
  'noun.person': 8,
  'noun.plant': 8,
  'noun.phenomenon': 8,
  'noun.state': 7,
  'noun.body': 7,
  'noun.object': 6,
  'noun.substance': 5,
  'noun.process': 3,
  'noun.event': 2.5,
  'noun.cognition': 2,
  'noun.act': 1.5,
  'noun.communication': 1.5,
  'noun.time': 1.5,
  'noun.location': 0.6,
  'noun.group': 0.6,
};

const UNWANTED =
  /\b(slurs?|offensive|disparag\w*|vulgar|obscen\w*|sex\w*|genital\w*|derogat\w*|slang|prostitut\w*|urin\w*|feces|excrement|penis|vagina\w*|anus|scrot\w*|semen|rap(e|ist)|erotic\w*|copulat\w*|negro\w*|nazi\w*|porn\w*|contempt\w*)\b/i;

export function selectEntries(
  synsets: readonly Synset[],
  rankOf: ReadonlyMap<string, number>,
  count: number,
): Entry[] {
  const priced: (Entry & { price: number })[] = [];
  for (const synset of synsets) {
    if (!isUsable(synset, rankOf)) continue;
    const best = commonestLemma(synset, rankOf);
    if (best === null) continue;
    priced.push({ synset, lemma: best.lemma, price: best.price / discountOf(synset) });
  }
  priced.sort((a, b) => a.price - b.price);
  const countByLemma = new Map<string, number>();
  const entries: Entry[] = [];
  for (const { synset, lemma } of priced) {
    const taken = countByLemma.get(lemma.toLowerCase()) ?? 0;
    if (taken === ENTRIES_PER_LEMMA_MAX) continue;
    countByLemma.set(lemma.toLowerCase(), taken + 1);
    entries.push({ synset, lemma });
    if (entries.length === count) break;
  }
  return entries.sort((a, b) => (a.synset.key < b.synset.key ? -1 : 1));
}

function isUsable(synset: Synset, rankOf: ReadonlyMap<string, number>): boolean {
  const { partOfSpeech, definition } = synset;
  if (partOfSpeech !== 'n' || definition.length > DEFINITION_CHARACTERS_MAX) return false;
  if (UNWANTED.test(definition) || UNWANTED.test(synset.lemmas.join(' '))) return false;
  const words = contentWords(definition, (word) => rankOf.has(word));
  const knownCount = words.filter((word) => rankOf.has(word)).length;
  return knownCount >= 2 && knownCount >= 0.8 * words.length;
}

function commonestLemma(synset: Synset, rankOf: ReadonlyMap<string, number>) {
  let best: { lemma: string; price: number } | null = null;
  synset.lemmas.forEach((lemma, i) => {
    const rank = rankOfLemma(lemma, synset.tagCount > 0, rankOf);
    if (rank === null) return;
    const senseNumber = synset.senseNumbers[i] as number;
    const senseFactor = [1, 1, 2, 4][senseNumber] ?? 10;
    const price = ((rank + 1_500) * senseFactor) ** 0.7;
    if (best === null || price < best.price) best = { lemma, price };
  });
  return best as { lemma: string; price: number } | null;
}

/** A phrase that has no rank of its own gets one from its rarest word. */
function rankOfLemma(
  lemma: string,
  isTagged: boolean,
  rankOf: ReadonlyMap<string, number>,
): number | null {
  const hyphenated = lemma.toLowerCase().replaceAll(' ', '-');
  const own = rankOf.get(hyphenated);
  if (own !== undefined) return own;
  const words = hyphenated.split('-');
  if (words.length === 1 || words.length > 3) return null;
  const ranks = words.map((word) => rankOf.get(word) ?? Number.POSITIVE_INFINITY);
  const rank = 12_000 + 2 * Math.max(...ranks);
  if (rank === Number.POSITIVE_INFINITY) return null;
  return isTagged ? rank : 2.5 * rank;
}

function discountOf({ category, isInstance, tagCount }: Synset): number {
  const interest =
    category === 'noun.person' && isInstance
      ? INSTANCE_OF_PERSON_INTEREST
      : (INTEREST_BY_CATEGORY[category] ?? OTHER_INTEREST);
  return interest ** 0.8 * (1 + 0.5 * Math.log1p(tagCount));
}
