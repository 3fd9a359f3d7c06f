// Which words of a text count. Documents, questions and the making of the data set all read text
// through this one function, so that their vectors are comparable.

const STOP_WORDS = new Set(
  `a about above after again all also among an and another any anybody anyone anything are as at be
  because been before being below between both but by can could did do does doing done down during
  each either etc every few for from further had has have having he her here hers him his how i if
  in into is it its made make makes making may me might mine more most must my no nor not of off
  often on once one ones only onto or other our ours out over own per same she should so some
  somebody someone something sometimes such than that the their theirs them then there these they
  thing things this those through to too typically under until up upon us use used uses using
  usually especially very via was we were what when where which while who whom whose why will with
  within without would you your yours since`.split(/\s+/),
);

/**
 * The distinct content words of a text, in order: lower case, without stop words. `isKnown` settles
 * hyphens: a hyphenated word that is not known itself is read as its parts.
 */
export function contentWords(text: string, isKnown: (word: string) => boolean): string[] {
  const words = new Set<string>();
  const plain = text.toLowerCase().replace(/[\u2018\u2019`]/g, "'");
  for (const match of plain.matchAll(/[a-z]+(?:[-'][a-z]+)*/g)) {
    const word = match[0].replace(/'s$/, '');
    for (const part of isKnown(word) ? [word] : word.split(/[-']/)) {
      if (part.length > 1 && !STOP_WORDS.has(part)) words.add(part);
    }
  }
  return [...words];
}
