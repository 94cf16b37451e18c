import { ENGLISH, type LanguageCode } from '../../core/language.ts';
import da from './catalogs/da.json' with { type: 'json' };
import de from './catalogs/de.json' with { type: 'json' };
import en from './catalogs/en.json' with { type: 'json' };
import fr from './catalogs/fr.json' with { type: 'json' };
import nb from './catalogs/nb.json' with { type: 'json' };
import nl from './catalogs/nl.json' with { type: 'json' };
import sv from './catalogs/sv.json' with { type: 'json' };

/** One language's texts, as they stand in its file. */
export interface Catalogue {
  /** Our own messages by their English templates. */
  readonly messages?: Readonly<Record<string, string>>;
  /** What `[SR_…]` in stored texts stands for, by name. */
  readonly resources?: Readonly<Record<string, string>>;
}

/** The catalogues that come with the server. English has resources only: its messages are the templates. */
export const SHIPPED_CATALOGUES: Readonly<Record<LanguageCode, Catalogue>> = { en, nb, sv, da, de, nl, fr };

/** Every catalogue: the shipped ones, and what the user's own add to them. */
export class Catalogues {
  readonly #messages = new Map<LanguageCode, Map<string, string>>();
  readonly #resources = new Map<LanguageCode, Map<string, string>>();

  constructor() {
    for (const [language, catalogue] of Object.entries(SHIPPED_CATALOGUES)) this.add(language, catalogue);
  }

  /** Adds texts of a language; they count more than those that are there. */
  add(language: LanguageCode, { messages = {}, resources = {} }: Catalogue): void {
    merge(this.#messages, language, Object.entries(messages));
    merge(
      this.#resources,
      language,
      Object.entries(resources).map(([name, text]) => [name.toUpperCase(), text]),
    );
  }

  /** Whether there are texts in this language. */
  has(language: LanguageCode): boolean {
    return this.#messages.has(language) || this.#resources.has(language);
  }

  /**
   * A message's template in the first language that has it; in English it is the template itself, unless a
   * catalogue words it otherwise.
   *
   * @param languages from `fallbacks`
   */
  template(template: string, languages: readonly LanguageCode[]): string {
    for (const language of languages) {
      const text = this.#messages.get(language)?.get(template);
      if (text !== undefined) return text;
      if (language === ENGLISH) break;
    }
    return template;
  }

  /** Every message and resource in the first of the languages that has it. English messages are their templates. */
  all(languages: readonly LanguageCode[]): { Messages: object; Resources: object } {
    const untilEnglish = languages.slice(0, languages.indexOf(ENGLISH) + 1 || undefined).reverse();
    const merged = (kept: Map<LanguageCode, Map<string, string>>, order: readonly LanguageCode[]): object =>
      Object.fromEntries(order.flatMap((language) => [...(kept.get(language) ?? [])]));
    return {
      Messages: merged(this.#messages, untilEnglish),
      Resources: merged(this.#resources, [...this.#resources.keys(), ...[...languages].reverse()]),
    };
  }

  /** A resource in the first language that has it, else in any; `undefined` where none has. */
  resource(name: string, languages: readonly LanguageCode[]): string | undefined {
    for (const language of [...languages, ...this.#resources.keys()]) {
      const text = this.#resources.get(language)?.get(name);
      if (text !== undefined) return text;
    }
    return undefined;
  }
}

function merge(
  into: Map<LanguageCode, Map<string, string>>,
  language: LanguageCode,
  texts: readonly [string, string][],
): void {
  const present = into.get(language) ?? new Map<string, string>();
  for (const [key, text] of texts) present.set(key, text);
  if (present.size > 0) into.set(language, present);
}
