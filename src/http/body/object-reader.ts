import type { FastifyRequest } from 'fastify';
import { invalid } from '../../core/errors.ts';
import { INT32_MAX, INT32_MIN } from '../../core/limits.ts';
import { type MessageValue, message } from '../../core/message.ts';
import { parseState, type TaskStateName } from '../../core/task-state.ts';
import { readJson } from './json.ts';

/** A value of an untyped format: XML and forms have strings, lists and objects, and XML has null. */
export type Untyped = string | null | Untyped[] | { [name: string]: Untyped };

/** The prototype that marks objects of untyped formats. It has no prototype itself, so no names are special. */
const MARK: object = Object.freeze(Object.create(null));

/** Creates an empty object for XML or a form. `ObjectReader` converts its strings to the types of properties. */
export function untypedObject(): { [name: string]: Untyped } {
  return Object.create(MARK) as { [name: string]: Untyped };
}

/** True if a value was parsed from an untyped format. */
export function isUntyped(value: unknown): value is { [name: string]: Untyped } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === MARK;
}

/** Adds a value. Repeated names make a list. */
export function addUntyped(object: { [name: string]: Untyped }, name: string, value: Untyped): void {
  const present = object[name];
  if (present === undefined) object[name] = value;
  else if (Array.isArray(present)) present.push(value);
  else object[name] = [present, value];
}

/**
 * Reads the properties of a payload. Names are case-insensitive (contract, section 1), and the type of each property is
 * checked when it is read, with Newtonsoft's conversions (contract, section 4). Properties that are not read are ignored.
 */
export class ObjectReader {
  readonly #what: MessageValue;
  readonly #names: readonly string[];
  readonly #values = new Map<string, unknown>();
  readonly #duplicates = new Set<string>();
  readonly #isUntyped: boolean;
  /** Names whose values come from the query, which are always strings. */
  readonly #fromQuery: ReadonlySet<string>;

  /**
   * @param body the parsed body; strings of an untyped one (`isUntyped`) are converted to the type of the property
   * @param what the name of the body, for messages: `The body`, `BatchTaskInfo`
   * @param query values of properties that the body does not have
   * @throws RequestError if the body is not an object
   */
  constructor(body: unknown, what: MessageValue, query?: Readonly<Record<string, unknown>>) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw invalid`${what} is ${describe(body)}; an object is accepted.`;
    }
    this.#what = what;
    this.#names = Object.keys(body);
    for (const [name, value] of Object.entries(body)) {
      const key = name.toLowerCase();
      if (this.#values.has(key)) this.#duplicates.add(key);
      this.#values.set(key, value);
    }
    this.#isUntyped = isUntyped(body);
    this.#fromQuery = query === undefined ? NO_NAMES : this.#addQuery(query);
  }

  /** True if the property is present, even if it is null. */
  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  /** The raw value; `undefined` if it is absent. @throws RequestError if the name is given twice in different case */
  raw(name: string): unknown {
    const key = name.toLowerCase();
    if (this.#duplicates.has(key)) {
      throw invalid`${name} of ${this.#what} is given more than once; once is accepted.`;
    }
    return this.#values.get(key);
  }

  /** The names of the properties, in the original spelling. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The payload in this property (`{"batchTaskInfo": {…}}`), or this reader if there is no such property. */
  unwrapped(name: string): ObjectReader {
    const inner = this.raw(name);
    return inner === undefined ? this : new ObjectReader(inner, name);
  }

  /** A string; `undefined` if it is absent, `''` if it is null. Converts numbers and booleans (contract, section 4). */
  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === null) return '';
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.#wrong(name, value, message`a string or null`);
  }

  /** An int32, also as a string of digits; `undefined` if it is absent or null. */
  int(name: string): number | undefined {
    const value = intFromText(this.#read(name, 'int'));
    if (value === undefined || value === null) return undefined;
    if (isInt32(value)) return value;
    throw this.#wrong(name, value, message`a 32-bit integer`);
  }

  /** A boolean, also as the string `true` or `false`; `undefined` if it is absent or null. */
  flag(name: string): boolean | undefined {
    const value = flagFromText(this.#read(name, 'flag'));
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'boolean') return value;
    throw this.#wrong(name, value, message`true or false`);
  }

  /** A list of int32; `undefined` if it is absent or null. */
  ints(name: string): number[] | undefined {
    const value = this.#read(name, 'ints');
    if (value === undefined || value === null) return undefined;
    const ints: unknown = Array.isArray(value) ? value.map(intFromText) : value;
    if (Array.isArray(ints) && ints.every(isInt32)) return ints;
    throw this.#wrong(name, value, message`a list of 32-bit integers`);
  }

  /**
   * A dictionary, as an object or as a list of `{ Key, Value }` (contract, section 6a); `undefined` if it is absent,
   * `null` if it is null.
   */
  dictionary(name: string): Record<string, unknown> | null | undefined {
    const value = fromKeyValues(this.#read(name, 'dictionary'));
    if (value === undefined || value === null) return value;
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    throw this.#wrong(name, value, message`an object, a list of objects with Key and Value, or null`);
  }

  /** A state; `undefined` if it is absent, null or empty. */
  state(name: string): TaskStateName | undefined {
    const value = this.raw(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && value.trim() === '') return undefined;
    if (typeof value !== 'string' && typeof value !== 'number') throw this.#wrong(name, value, STATES);
    const state = parseState(value);
    if (state === undefined) throw this.#wrong(name, value, STATES);
    return state;
  }

  #addQuery(query: Readonly<Record<string, unknown>>): ReadonlySet<string> {
    const added = new Set<string>();
    for (const [name, value] of Object.entries(query)) {
      const key = name.toLowerCase();
      if (this.#values.has(key) && !added.has(key)) continue;
      if (added.has(key)) this.#duplicates.add(key);
      this.#values.set(key, value);
      added.add(key);
    }
    return added;
  }

  #read(name: string, type: keyof typeof FROM_TEXT): unknown {
    const value = this.raw(name);
    const isText = this.#isUntyped || this.#fromQuery.has(name.toLowerCase());
    return isText ? FROM_TEXT[type](value) : value;
  }

  #wrong(name: string, value: unknown, accepted: MessageValue): Error {
    return invalid`${name} of ${this.#what} is ${describe(value)}; ${accepted} is accepted.`;
  }
}

const NO_NAMES: ReadonlySet<string> = new Set();

/**
 * Converts strings of XML, forms and queries to the type of a property. An empty string is null, an empty list or an empty
 * dictionary. A string that can't be converted is unchanged, and rejected like a wrong type in JSON.
 */
const FROM_TEXT = {
  int: (value: unknown): unknown => (typeof value === 'string' && value.trim() === '' ? null : value),
  flag: (value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    const text = value.trim();
    if (text === '') return null;
    return text === '1' ? true : text === '0' ? false : value;
  },
  /** A comma-separated string, several values of one name, or child elements: `<Ids><int>1</int></Ids>`. */
  ints: (value: unknown): unknown => {
    const only = isUntyped(value) ? Object.values(value) : value;
    const texts = Array.isArray(only) ? only.flat() : only;
    if (texts === '') return [];
    if (typeof texts !== 'string' && !Array.isArray(texts)) return value;
    return [texts]
      .flat()
      .flatMap((text) => (typeof text === 'string' ? text.split(',').map(intFromText) : [text]));
  },
  /** A form may have a JSON object for a dictionary. */
  dictionary: (value: unknown): unknown => {
    if (value === '') return {};
    return typeof value === 'string' && value.trimStart().startsWith('{') ? readJson(value) : value;
  },
} as const;

/** Converts a list of `{ Key, Value }` to a dictionary. Any other value, and a list with duplicate keys, is unchanged. */
function fromKeyValues(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const entries = value.map((item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
    const parts = Object.entries(item).map(([name, part]) => [name.toLowerCase(), part] as const);
    const [key, ...otherKeys] = parts.filter(([name]) => name === 'key');
    const [content, ...otherValues] = parts.filter(([name]) => name === 'value');
    const isPair = parts.length === 2 && otherKeys.length + otherValues.length === 0;
    return isPair && typeof key?.[1] === 'string' && content !== undefined
      ? ([key[1], content[1]] as const)
      : undefined;
  });
  const pairs = entries.filter((entry) => entry !== undefined);
  const isWhole = pairs.length === value.length && new Set(pairs.map(([key]) => key)).size === pairs.length;
  return isWhole ? Object.fromEntries(pairs) : value;
}

function intFromText(value: unknown): unknown {
  return typeof value === 'string' && /^\s*[+-]?\d{1,10}\s*$/.test(value) ? Number(value) : value;
}

function flagFromText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.trim().toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : value;
}

/** The accepted states, for messages. */
export const STATES = message`one of Unknown, New, Aquired, Started, Succeeded, Failed, SucceededManualCleanup and All, or its number,`;

/** True if a value is a 32-bit integer. */
export function isInt32(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= INT32_MIN && (value as number) <= INT32_MAX;
}

/** Describes a value in a message: shortened, or its type if it is not a string or number. */
export function describe(value: unknown): MessageValue {
  if (value === null) return 'null';
  if (value === undefined) return message`missing`;
  if (typeof value === 'string') return `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (Array.isArray(value)) return message`a list`;
  return typeof value === 'object' ? message`an object` : String(value);
}

/**
 * Reads the arguments of an agent call: the properties of the body, and those of the query that the body does not have
 * (contract, section 3).
 *
 * @throws RequestError (invalid) if the body is not an object
 */
export function readAgentBody(request: FastifyRequest): ObjectReader {
  const query = Object.entries(request.query as Record<string, unknown>).filter(
    ([name]) => !name.startsWith('$'),
  );
  const body = request.body ?? {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw invalid`${message`The body`} is ${describe(body)}; an object is accepted.`;
  return new ObjectReader(body, message`the body`, Object.fromEntries(query));
}
