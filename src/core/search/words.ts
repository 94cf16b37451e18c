/**
 * Everything that separates words: ASCII punctuation, and common other punctuation and spaces. The same characters as in the
 * function `batchline.search_text` (migration 0043).
 */
const SEPARATORS =
  /[\s!-/:-@[-`{-~\u0080-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb-\u00bf\u2000-\u206f\u3000-\u303f]+/;

/** Splits a text into words, as the search index does. Words without a letter or digit are left out. */
export function wordsOf(text: string): string[] {
  return text.split(SEPARATORS).filter((word) => /[\p{L}\p{N}]/u.test(word));
}

/** A text to find: its words in this order, the last one complete or as a prefix. */
export interface WordSequence {
  readonly words: readonly string[];
  readonly isPrefix: boolean;
}

/** Returns what to find for a text. Numbers match as a whole, so that `12` does not find 1,234. */
export function sequenceOf(text: string, isPhrase: boolean): WordSequence {
  const words = wordsOf(text);
  return { words, isPrefix: !isPhrase && !/^\d+$/.test(words.at(-1) ?? '') };
}
