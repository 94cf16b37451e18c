/** A language that somebody reads, as an iso2 code with an optional region, in lower case: `en`, `nb-no`. */
export type LanguageCode = string;

/** The language that stands in for every other. */
export const ENGLISH: LanguageCode = 'en';

/**
 * The tags by which multi-language values name a language (contract, section 5), the usual one first. They are
 * SuperOffice's own, which look like countries.
 */
const TAGS: Readonly<Record<LanguageCode, readonly string[]>> = {
  en: ['US', 'UK', 'EN', 'GB'],
  'en-us': ['US'],
  'en-gb': ['UK', 'GB'],
  nb: ['NO', 'NB'],
  nn: ['NN', 'NO'],
  da: ['DA', 'DK'],
  sv: ['SW', 'SV', 'SE'],
  de: ['GE', 'DE'],
  'de-at': ['AT'],
  'de-ch': ['CH'],
  nl: ['NL', 'DU'],
  'nl-be': ['BE'],
  fr: ['FR'],
  'fr-ca': ['CA'],
  es: ['SP', 'ES'],
  it: ['IT'],
  pt: ['PT', 'PO'],
  'pt-br': ['BR'],
  fi: ['FI'],
  is: ['IS'],
  pl: ['PL'],
  cs: ['CZ', 'CS'],
  sk: ['SK'],
  hu: ['HU'],
  ro: ['RO'],
  ru: ['RU'],
  et: ['ET', 'EE'],
  lv: ['LV'],
  lt: ['LT'],
  el: ['GR', 'EL'],
  tr: ['TR'],
  ja: ['JP', 'JA'],
  zh: ['CN', 'ZH'],
};

const KNOWN_TAGS: ReadonlySet<string> = new Set(Object.values(TAGS).flat());

/** Codes that are another's: what reads the one reads the other. */
const SAME: Readonly<Record<LanguageCode, LanguageCode>> = { no: 'nb' };
/** Languages whose readers read another before English. */
const NEXT: Readonly<Record<LanguageCode, LanguageCode>> = { nn: 'nb' };

/** Whether a tag of a multi-language value names a language. */
function isLanguageTag(tag: string): boolean {
  return KNOWN_TAGS.has(tag);
}

/**
 * The tags of multi-language values that hold a language, the usual one first. A region has tags of its own or
 * none: whoever reads English in Norway does not read `NO`.
 */
function tagsOf(code: LanguageCode): readonly string[] {
  return TAGS[code] ?? (code.includes('-') ? [] : [code.toUpperCase()]);
}

/**
 * A language code as it is kept here: lower case, `no` as `nb`, without a script (`zh-hant-tw` is `zh-tw`).
 *
 * @returns `undefined` where it is no language code
 */
export function readLanguageCode(text: string): LanguageCode | undefined {
  const match = /^([a-z]{2,3})(?:[-_][a-z]{4})?(?:[-_]([a-z]{2}|\d{3}))?(?:[-_][a-z0-9]{4,8})*$/i.exec(text);
  if (match?.[1] === undefined) return undefined;
  const language = match[1].toLowerCase();
  return [SAME[language] ?? language, ...(match[2] === undefined ? [] : [match[2].toLowerCase()])].join('-');
}

/**
 * The languages to look for, in their order: each that was asked for with its region, without it, and the one
 * its readers read next; then English (contract, section 5).
 */
export function fallbacks(asked: readonly LanguageCode[]): LanguageCode[] {
  const chain = asked.flatMap((code) => {
    const [language = code] = code.split('-');
    const next = NEXT[language];
    return [code, language, ...(next === undefined ? [] : [next])];
  });
  return [...new Set([...chain, ENGLISH])];
}

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
