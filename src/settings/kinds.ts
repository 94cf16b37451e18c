import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** A type of setting: parses its text, and describes the accepted values for the documentation. */
export interface Kind<T> {
  /** The accepted values, in a few words for the documentation: `2 to 3600`. */
  readonly values: string;
  /** Returns the value. @throws Rejected if the text is not accepted */
  parse(text: string): T;
}

/** A setting as the table declares it. */
export interface Setting<T = unknown> {
  /** The environment variable. A duration, size or count has its unit in its name. */
  readonly name: string;
  readonly kind: Kind<T>;
  /** The default, written as an operator would. Without one the value is `undefined`. */
  readonly default?: string;
  /** Replaces the default in the documentation if the value depends on the machine or on another setting. */
  readonly defaultDoc?: string;
  /** One or two sentences for the operator. */
  readonly doc: string;
  /** Earlier names. They keep working and log a warning. */
  readonly aliases?: readonly string[];
}

/** The value of a setting. */
export type ValueOf<S> = S extends { readonly kind: Kind<infer T> }
  ? S extends { readonly default: string }
    ? T
    : T | undefined
  : never;

/** The values of a group of settings. */
export type ValuesOf<G> = { readonly [Key in keyof G]: ValueOf<G[Key]> };

/** The value of a setting is not accepted. The message follows the name of the setting: ` is "x"; 1 to 9 is accepted.` */
export class Rejected extends Error {}

/** Returns the error for this text. User names and passwords in addresses are masked. */
function rejected(text: string, accepted: string): Rejected {
  return new Rejected(` is "${masked(text)}"; ${accepted} accepted.`);
}

/** Masks the user name and password in an address. */
export function masked(address: string): string {
  return address.replace(/\/\/[^/]*@/, '//***@');
}

/** Any text. */
export function text(values = 'text', maxLength = Number.POSITIVE_INFINITY): Kind<string> {
  return {
    values,
    parse(given) {
      if (given.length <= maxLength) return given;
      throw new Rejected(` is ${given.length} characters long; at most ${maxLength} are accepted.`);
    },
  };
}

/** A whole number from `min` to `max`, inclusive. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Kind<number> {
  return {
    values: max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`,
    parse(given) {
      const value = Number(given);
      if (/^\d+$/.test(given) && value >= min && value <= max) return value;
      throw rejected(given, `a whole number from ${min} to ${max} is`);
    },
  };
}

/** A whole number of minutes or hours, returned in milliseconds. */
export function milliseconds(unit: 'minutes' | 'hours', min: number, max: number): Kind<number> {
  const kind = integer(min, max);
  return { ...kind, parse: (given) => kind.parse(given) * (unit === 'minutes' ? 60_000 : 3_600_000) };
}

/** `true` or `false`; `1` and `0` are accepted too. */
export const flag: Kind<boolean> = {
  values: '`true`, `false`',
  parse(given) {
    const value = given.toLowerCase();
    if (value === 'true' || value === '1') return true;
    if (value === 'false' || value === '0') return false;
    throw rejected(given, 'true or false is');
  },
};

/** A flag that can also be detected automatically. */
export const flagOrAuto: Kind<boolean | 'auto'> = {
  values: '`auto`, `true`, `false`',
  parse(given) {
    if (given.toLowerCase() === 'auto') return 'auto';
    if (/^(true|false|0|1)$/i.test(given)) return flag.parse(given);
    throw rejected(given, 'auto, true or false is');
  },
};

/** One of these words, in any case. */
export function oneOf<const Word extends string>(words: readonly Word[]): Kind<Word> {
  return {
    values: words.map((word) => `\`${word}\``).join(', '),
    parse(given) {
      const word = words.find((one) => one === given.toLowerCase());
      if (word !== undefined) return word;
      throw rejected(given, `${words.join(', ')} are`);
    },
  };
}

/** Some of these words, in any case, separated by commas. They are returned in the order of `words`. */
export function someOf<const Word extends string>(words: readonly Word[]): Kind<readonly Word[]> {
  return {
    values: words.map((word) => `\`${word}\``).join(', '),
    parse(given) {
      const named = partsOf(given.toLowerCase());
      const unknown = named.find((one) => !(words as readonly string[]).includes(one));
      if (unknown !== undefined) throw new Rejected(` names "${unknown}"; ${words.join(', ')} are accepted.`);
      return words.filter((word) => named.length === 0 || named.includes(word));
    },
  };
}

/** A list separated by commas. `accepts` checks each item. */
export function listOf(
  values: string,
  accepted: string,
  accepts: (item: string, items: readonly string[]) => boolean,
): Kind<readonly string[]> {
  return {
    values,
    parse(given) {
      const items = partsOf(given);
      const wrong = items.find((item) => !accepts(item, items));
      if (wrong !== undefined) throw new Rejected(` names "${wrong}"; ${accepted} accepted.`);
      return items;
    },
  };
}

/** Modules or folders that exist, separated by commas, as absolute paths. */
export const modules: Kind<readonly string[]> = {
  values: 'paths',
  parse(given) {
    const paths = partsOf(given).map((path) => resolve(path));
    const missing = paths.find((path) => !existsSync(path));
    if (missing !== undefined)
      throw new Rejected(` names "${missing}"; a module or folder that exists is accepted.`);
    return paths;
  },
};

/** A folder, as an absolute path. The server creates it if it doesn't exist. */
export const folder: Kind<string> = { values: 'a folder', parse: (given) => resolve(given) };

/** A folder that exists, as an absolute path. */
export const existingFolder: Kind<string> = {
  values: 'a folder',
  parse(given) {
    if (statSync(given, { throwIfNoEntry: false })?.isDirectory()) return resolve(given);
    throw rejected(given, 'a folder that exists is');
  },
};

/** A file that exists. */
export const existingFile: Kind<string> = {
  values: 'a file',
  parse(given) {
    if (statSync(given, { throwIfNoEntry: false })?.isFile()) return given;
    throw rejected(given, 'the path of a file that exists is');
  },
};

/** An address of PostgreSQL. Errors don't repeat it because it may contain a password. */
export const postgresAddress: Kind<string> = {
  values: '`postgres://…`',
  parse(given) {
    if (/^postgres(ql)?:\/\/./.test(given)) return given;
    throw new Rejected(
      ' is not a PostgreSQL address; postgres://user:password@host:port/database is accepted.',
    );
  },
};

/** An address over http or https. */
export function httpAddress(example: string): Kind<string> {
  return {
    values: 'an address',
    parse(given) {
      if (/^https?:\/\/./.test(given)) return given;
      throw rejected(given, `an address such as ${example} is`);
    },
  };
}

/** An address whose responses can be trusted: https, or http on a loopback address. */
export const trustworthyAddress: Kind<string> = {
  values: 'an https address',
  parse(given) {
    if (isTrustworthy(given)) return given;
    throw rejected(given, 'an https address, or http on a loopback address, is');
  },
};

/** Returns true if responses from this address can be trusted: https, or http on a loopback address. */
export function isTrustworthy(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}

/** Returns true for a host name or address of this machine. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127\..*|\[?::1\]?)$/.test(host);
}

/** A value that `parse` reads; its error states what is accepted. */
export function parsed<T>(values: string, parse: (given: string) => T): Kind<T> {
  return {
    values,
    parse(given) {
      try {
        return parse(given);
      } catch (error) {
        throw error instanceof Rejected ? error : new Rejected(`: ${(error as Error).message}`);
      }
    },
  };
}

function partsOf(given: string): string[] {
  return given.split(',').flatMap((part) => part.trim() || []);
}
