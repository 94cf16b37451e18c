import { invalid } from '../../domain/errors.ts';

/** The options of the archive list, as the contract writes them (section 6). */
const OPTIONS = [
  '$select',
  '$filter',
  '$orderBy',
  '$entities',
  '$top',
  '$skip',
  '$skiptoken',
  '$mode',
  '$options',
  '$context',
  '$format',
  '$jsonSafe',
  '$output',
] as const;

/** The name of an option. */
export type OptionName = (typeof OPTIONS)[number];

const byLowerName = new Map<string, OptionName>(OPTIONS.map((name) => [name.toLowerCase(), name]));

/** The options of a query string; names match in any casing. */
export class QueryOptions {
  readonly #values = new Map<OptionName, string>();

  /**
   * @param query as Fastify has parsed it
   * @throws Refusal (invalid) where an option is unknown or there more than once
   */
  constructor(query: unknown) {
    for (const [name, value] of Object.entries(query as Record<string, string | string[]>)) {
      const option = byLowerName.get(name.toLowerCase());
      if (option === undefined) {
        throw invalid`"${name.slice(0, 40)}" is no option of this list; ${OPTIONS.join(', ')} are accepted.`;
      }
      if (this.#values.has(option) || typeof value !== 'string') {
        throw invalid`${option} is there more than once; one is accepted.`;
      }
      this.#values.set(option, value);
    }
  }

  /** The option as it was written, without spaces around it; empty where it is absent. */
  text(name: OptionName): string {
    return this.#values.get(name)?.trim() ?? '';
  }

  /** A whole number from 0, or `undefined` where the option is absent or empty. */
  count(name: OptionName, most: number): number | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    if (!/^\d{1,10}$/.test(text) || Number(text) > most) {
      throw this.#wrong(name, `a whole number from 0 to ${most}`);
    }
    return Number(text);
  }

  /** One of several words in any casing; the first where the option is absent or empty. */
  word<Word extends string>(name: OptionName, words: readonly [Word, ...Word[]]): Word {
    const text = this.text(name).toLowerCase();
    if (text === '') return words[0];
    const word = words.find((one) => one.toLowerCase() === text);
    if (word === undefined) throw this.#wrong(name, words.filter((one) => one !== '').join(' or '));
    return word;
  }

  /** Checks that each of the words in a list is one of those; spaces and casing don't count. */
  words(name: OptionName, separator: string, accepted: readonly string[]): string[] {
    const words = this.text(name)
      .split(separator)
      .map((word) => word.replaceAll(/\s+/g, '').toLowerCase())
      .filter((word) => word !== '');
    const wrong = words.find((word) => !accepted.some((one) => one.toLowerCase() === word));
    if (wrong !== undefined) throw this.#wrong(name, accepted.join(' or '));
    return words;
  }

  /** The query string that goes on behind a page: the same, from another place. */
  continuedAt(place: string): string {
    const kept = [...this.#values].filter(([name]) => name !== '$skip' && name !== '$skiptoken');
    return [...kept, ['$skiptoken', place] as const]
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
  }

  #wrong(name: OptionName, accepted: string): Error {
    return invalid`${name} is "${this.text(name).slice(0, 40)}"; ${accepted} is accepted.`;
  }
}
