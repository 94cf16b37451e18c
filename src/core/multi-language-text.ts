import { isLanguageTag, type LanguageCode, tagsOf } from './language.ts';

/** A value in several languages: texts by SuperOffice's tag, in the order in which they were written. */
export type MultiLanguageText = ReadonlyMap<string, string>;

/** One `US:"Supplier"`; a quote inside is doubled. */
const ENTRY = /\s*([A-Z]{2})\s*:\s*"((?:[^"]|"")*)"\s*/y;

/**
 * Reads a multi-language value such as `NO:"Leverandør";US:"Supplier"` (contract, section 5): tags of two
 * capital letters, a colon, the text in double quotes with quotes inside doubled, semicolons between, one
 * at the end at most. Where a tag is there twice the first counts.
 *
 * @returns `undefined` where the whole text is not of this shape or no tag in it names a language: it is an
 *   ordinary text then
 */
export function parseMultiLanguageText(text: string): MultiLanguageText | undefined {
  const texts = new Map<string, string>();
  for (let at = 0; at < text.length; ) {
    ENTRY.lastIndex = at;
    const match = ENTRY.exec(text);
    if (match?.[1] === undefined || match[2] === undefined) return undefined;
    if (!texts.has(match[1])) texts.set(match[1], match[2].replaceAll('""', '"'));
    at = ENTRY.lastIndex;
    if (at === text.length) break;
    if (text[at] !== ';') return undefined;
    at += 1;
    if (text.slice(at).trim() === '') break;
  }
  return [...texts.keys()].some(isLanguageTag) ? texts : undefined;
}

/** Writes a multi-language value, which `parseMultiLanguageText` reads. */
export function writeMultiLanguageText(texts: MultiLanguageText): string {
  return [...texts].map(([tag, text]) => `${tag}:"${text.replaceAll('"', '""')}"`).join(';');
}

/**
 * The text for a reader: in the first language of the chain that the value has, else its first.
 *
 * @param languages from `fallbacks`
 */
export function chooseText(texts: MultiLanguageText, languages: readonly LanguageCode[]): string {
  for (const language of languages) {
    for (const tag of tagsOf(language)) {
      const text = texts.get(tag);
      if (text !== undefined) return text;
    }
  }
  const [first = ''] = texts.values();
  return first;
}

/** `[SR_SOMETHING]` in a text. */
const REFERENCE = /\[(SR_[A-Z0-9_]{1,200})\]/gi;

/**
 * Puts resources in the places of their references `[SR_…]`.
 *
 * @param resource the text of a name in capitals; `undefined` where there is none, and the reference stays
 */
export function replaceReferences(text: string, resource: (name: string) => string | undefined): string {
  return text.replace(REFERENCE, (reference, name: string) => resource(name.toUpperCase()) ?? reference);
}
