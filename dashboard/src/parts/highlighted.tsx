import { createContext, type ReactNode, useContext } from 'react';
import { parseSearch } from '../../../src/core/search/parser.ts';
import { sequenceOf } from '../../../src/core/search/words.ts';

/** The words to highlight in the texts below; `undefined` for none. */
export const SearchedWords = createContext<RegExp | undefined>(undefined);

/** Returns a pattern of the texts that a search looks for; `undefined` if there are none. */
export function wordsPattern(search: string): RegExp | undefined {
  const parsed = parseSearch(search);
  if (parsed.problem !== undefined) return undefined;
  const sequences = parsed.terms.flatMap((term) =>
    term.kind === 'text' && !term.isNegated ? [sequenceOf(term.text, term.isPhrase)] : [],
  );
  if (sequences.length === 0) return undefined;
  const patterns = sequences.map(
    ({ words, isPrefix }) => `${words.join('[^\\p{L}\\p{N}]+')}${isPrefix ? '' : '(?![\\p{L}\\p{N}])'}`,
  );
  return new RegExp(`((?<![\\p{L}\\p{N}])(?:${patterns.join('|')}))`, 'giu');
}

/** Returns a pattern of a text, as `wordsPattern` does of a search. */
export function textPattern(text: string): RegExp {
  return new RegExp(`(${text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')})`, 'giu');
}

/** A text, in which the searched words are marked. */
export function Highlighted({ text }: { text: string }): ReactNode {
  const pattern = useContext(SearchedWords);
  if (pattern === undefined) return text;
  // With one group in the pattern, the parts at odd places are its matches.
  return text.split(pattern).map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no other key
    index % 2 === 1 ? <mark key={index}>{part}</mark> : part,
  );
}
