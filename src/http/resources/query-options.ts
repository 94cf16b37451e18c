import { invalid } from '../../core/errors.ts';

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

/** The options that only `/Archive/…` has. */
const ARCHIVE_OPTIONS = ['$inlineCount', '$metadata'] as const;

/** The name of an option. */
export type OptionName = (typeof OPTIONS)[number] | (typeof ARCHIVE_OPTIONS)[number];

/** The options of a query string, or of a form; names match in any casing. */
export class QueryOptions {
  readonly #values = new Map<OptionName, string>();

  /**
   * @param sources the query as Fastify has parsed it, and a body if there is one
   * @param isArchive whether the options that only `/Archive/…` has are accepted
   * @throws RequestError (invalid) if an option is unknown or given more than once
   */
  constructor(sources: readonly object[], isArchive: boolean) {
    const names: readonly OptionName[] = isArchive ? [...OPTIONS, ...ARCHIVE_OPTIONS] : OPTIONS;
    const byLowerName = new Map<string, OptionName>(names.map((name) => [name.toLowerCase(), name]));
    for (const [name, value] of sources.flatMap((source) => Object.entries(source))) {
      const option = byLowerName.get(name.toLowerCase());
      if (option === undefined) {
        throw invalid`"${name.slice(0, 40)}" is no option of this list; ${names.join(', ')} are accepted.`;
      }
      if (this.#values.has(option) || (typeof value === 'object' && value !== null)) {
        throw invalid`${option} is there more than once; one is accepted.`;
      }
      this.#values.set(option, String(value ?? ''));
    }
  }

  /** The option as it was written, without spaces around it; empty if it is absent. */
  text(name: OptionName): string {
    return this.#values.get(name)?.trim() ?? '';
  }

  /** A whole number from 0, or `undefined` if the option is absent or empty. */
  count(name: OptionName, most: number): number | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    if (!/^\d{1,10}$/.test(text) || Number(text) > most) {
      throw this.#wrong(name, `a whole number from 0 to ${most}`);
    }
    return Number(text);
  }

  /** One of several words in any casing; the first if the option is absent or empty. */
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

  /** The query string of the page that begins at a place, with every other option as it was. */
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
