// Questions in plain words, none of which holds the word that answers it: what the quickstart asks
// after loading its documents.

export interface ShowcaseQuestion {
  readonly text: string;
  /** Lemmas of which at least one is the best hit. */
  readonly bestLemmas: readonly string[];
}

export const SHOWCASE_QUESTIONS: readonly ShowcaseQuestion[] = [
  { text: 'an instrument that measures temperature', bestLemmas: ['thermometer'] },
  { text: 'someone who repairs shoes', bestLemmas: ['shoemaker'] },
  { text: 'a tower that warns ships at night', bestLemmas: ['lighthouse'] },
  { text: 'a disease spread by mosquitoes', bestLemmas: ['malaria', 'dengue'] },
  { text: 'great sadness after somebody dies', bestLemmas: ['sadness', 'grief', 'sorrow'] },
  { text: 'a building where books are kept for people to read', bestLemmas: ['library'] },
];
