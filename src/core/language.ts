/** A language as an ISO 639 code with an optional region, in lower case: `en`, `nb-no`. */
export type LanguageCode = string;

/** The fallback of all other languages. */
export const ENGLISH: LanguageCode = 'en';

/**
 * The tags of languages in multi-language values (contract, section 5), the usual one first. These are SuperOffice's own
 * tags, which look like country codes.
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

/** Synonymous codes. */
const SAME: Readonly<Record<LanguageCode, LanguageCode>> = { no: 'nb' };
/** Fallbacks before English. */
const NEXT: Readonly<Record<LanguageCode, LanguageCode>> = { nn: 'nb' };

/** Returns true if a tag of a multi-language value is that of a language. */
function isLanguageTag(tag: string): boolean {
  return KNOWN_TAGS.has(tag);
}

/**
 * Returns the tags of a language in multi-language values, the usual one first. A language with a region has only the tags
 * listed for it: `en-no` must not match `NO`.
 */
function tagsOf(code: LanguageCode): readonly string[] {
  return TAGS[code] ?? (code.includes('-') ? [] : [code.toUpperCase()]);
}

/**
 * Normalizes a language code: lower case, `no` as `nb`, without a script (`zh-hant-tw` is `zh-tw`).
 *
 * @returns `undefined` if it is not a language code
 */
export function readLanguageCode(text: string): LanguageCode | undefined {
  const match = /^([a-z]{2,3})(?:[-_][a-z]{4})?(?:[-_]([a-z]{2}|\d{3}))?(?:[-_][a-z0-9]{4,8})*$/i.exec(text);
  if (match?.[1] === undefined) return undefined;
  const language = match[1].toLowerCase();
  return [SAME[language] ?? language, ...(match[2] === undefined ? [] : [match[2].toLowerCase()])].join('-');
}

/**
 * Returns the languages to try, in order: each requested one with its region, without it, and its fallback; then English
 * (contract, section 5).
 */
export function fallbacks(asked: readonly LanguageCode[]): LanguageCode[] {
  const chain = asked.flatMap((code) => {
    const [language = code] = code.split('-');
    const next = NEXT[language];
    return [code, language, ...(next === undefined ? [] : [next])];
  });
  return [...new Set([...chain, ENGLISH])];
}

/** A value in several languages: texts by SuperOffice's tag, in their original order. */
export type MultiLanguageText = ReadonlyMap<string, string>;

/** One entry such as `US:"Supplier"`; quotes in the text are doubled. */
const ENTRY = /\s*([A-Z]{2})\s*:\s*"((?:[^"]|"")*)"\s*/y;

/**
 * Parses a multi-language value such as `NO:"Leverandør";US:"Supplier"` (contract, section 5). Each entry has a tag of two
 * capital letters, a colon, and a text in double quotes, with quotes in it doubled. Semicolons separate the entries, with an
 * optional one at the end. The first of entries with the same tag counts.
 *
 * @returns `undefined` if the text has another form or no tag is that of a language: it is a plain text then
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

/** Formats a multi-language value; the inverse of `parseMultiLanguageText`. */
export function writeMultiLanguageText(texts: MultiLanguageText): string {
  return [...texts].map(([tag, text]) => `${tag}:"${text.replaceAll('"', '""')}"`).join(';');
}

/**
 * Returns the text for a reader: the first available language of the chain, or else the first text.
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
 * Replaces references `[SR_…]` by their resources.
 *
 * @param resource returns the text of a name in upper case; `undefined` leaves the reference unchanged
 */
export function replaceReferences(text: string, resource: (name: string) => string | undefined): string {
  return text.replace(REFERENCE, (reference, name: string) => resource(name.toUpperCase()) ?? reference);
}
