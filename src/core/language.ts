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

/** ISO 3166-1 numeric codes of the countries of the listed time zones; Kosovo has none. */
const NUMBERS = `
  AD 20, AE 784, AF 4, AG 28, AI 660, AL 8, AM 51, AO 24, AQ 10, AR 32, AS 16, AT 40, AU 36, AW 533,
  AX 248, AZ 31, BA 70, BB 52, BD 50, BE 56, BF 854, BG 100, BH 48, BI 108, BJ 204, BL 652, BM 60,
  BN 96, BO 68, BQ 535, BR 76, BS 44, BT 64, BW 72, BY 112, BZ 84, CA 124, CC 166, CD 180, CF 140,
  CG 178, CH 756, CI 384, CK 184, CL 152, CM 120, CN 156, CO 170, CR 188, CU 192, CV 132, CW 531,
  CX 162, CY 196, CZ 203, DE 276, DJ 262, DK 208, DM 212, DO 214, DZ 12, EC 218, EE 233, EG 818,
  EH 732, ER 232, ES 724, ET 231, FI 246, FJ 242, FK 238, FM 583, FO 234, FR 250, GA 266, GB 826,
  GD 308, GE 268, GF 254, GG 831, GH 288, GI 292, GL 304, GM 270, GN 324, GP 312, GQ 226, GR 300,
  GS 239, GT 320, GU 316, GW 624, GY 328, HK 344, HN 340, HR 191, HT 332, HU 348, ID 360, IE 372,
  IL 376, IM 833, IN 356, IO 86, IQ 368, IR 364, IS 352, IT 380, JE 832, JM 388, JO 400, JP 392,
  KE 404, KG 417, KH 116, KI 296, KM 174, KN 659, KP 408, KR 410, KW 414, KY 136, KZ 398, LA 418,
  LB 422, LC 662, LI 438, LK 144, LR 430, LS 426, LT 440, LU 442, LV 428, LY 434, MA 504, MC 492,
  MD 498, ME 499, MF 663, MG 450, MH 584, MK 807, ML 466, MM 104, MN 496, MO 446, MP 580, MQ 474,
  MR 478, MS 500, MT 470, MU 480, MV 462, MW 454, MX 484, MY 458, MZ 508, NA 516, NC 540, NE 562,
  NF 574, NG 566, NI 558, NL 528, NO 578, NP 524, NR 520, NU 570, NZ 554, OM 512, PA 591, PE 604,
  PF 258, PG 598, PH 608, PK 586, PL 616, PM 666, PN 612, PR 630, PS 275, PT 620, PW 585, PY 600,
  QA 634, RE 638, RO 642, RS 688, RU 643, RW 646, SA 682, SB 90, SC 690, SD 729, SE 752, SG 702,
  SH 654, SI 705, SJ 744, SK 703, SL 694, SM 674, SN 686, SO 706, SR 740, SS 728, ST 678, SV 222,
  SX 534, SY 760, SZ 748, TC 796, TD 148, TF 260, TG 768, TH 764, TJ 762, TK 772, TL 626, TM 795,
  TN 788, TO 776, TR 792, TT 780, TV 798, TW 158, TZ 834, UA 804, UG 800, UM 581, US 840, UY 858,
  UZ 860, VA 336, VC 670, VE 862, VG 92, VI 850, VN 704, VU 548, WF 876, WS 882, YE 887,
  YT 175, ZA 710, ZM 894, ZW 716
`;

const byCountry = new Map(
  NUMBERS.split(',').map((entry) => {
    const [country = '', number] = entry.trim().split(' ');
    return [country, Number(number)] as const;
  }),
);

/** Returns the ISO 3166-1 numeric code of a two-letter country code; 0 if it has none. */
export function isoNumberOf(country: string): number {
  return byCountry.get(country) ?? 0;
}
