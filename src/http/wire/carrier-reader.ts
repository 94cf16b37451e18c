import { invalid } from '../../domain/errors.ts';
import { INT32_MAX, INT32_MIN } from '../../domain/limits.ts';
import { type MessageValue, message } from '../../domain/message.ts';
import { parseState, type TaskStateName } from '../../domain/task-state.ts';

/**
 * Reads the properties of a carrier that a client sends: names in any casing (contract, section 1), types
 * checked one by one, and what nobody asks for ignored.
 */
export class CarrierReader {
  readonly #what: MessageValue;
  readonly #values = new Map<string, unknown>();
  readonly #duplicates = new Set<string>();

  /**
   * @param body the parsed body
   * @param what what the body is, for messages: `The body`, `BatchTaskInfo`
   * @throws Refusal where it is not an object
   */
  constructor(body: unknown, what: MessageValue) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw invalid`${what} is ${describe(body)}; an object is accepted.`;
    }
    this.#what = what;
    for (const [name, value] of Object.entries(body)) {
      const key = name.toLowerCase();
      if (this.#values.has(key)) this.#duplicates.add(key);
      this.#values.set(key, value);
    }
  }

  /** Whether the property is there, be it null. */
  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  /** The property's value as it came; `undefined` where it is absent. @throws Refusal where it is there in two casings */
  raw(name: string): unknown {
    const key = name.toLowerCase();
    if (this.#duplicates.has(key)) {
      throw invalid`${name} of ${this.#what} is there more than once; one is accepted.`;
    }
    return this.#values.get(key);
  }

  /** A text; `undefined` where it is absent, `''` where it is null. */
  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === null) return '';
    if (value === undefined || typeof value === 'string') return value;
    throw this.#wrong(name, value, message`a string or null`);
  }

  /** An int32; `undefined` where it is absent or null. */
  int(name: string): number | undefined {
    const value = this.raw(name);
    if (value === undefined || value === null) return undefined;
    if (isInt32(value)) return value;
    throw this.#wrong(name, value, message`a whole number of 32 bits`);
  }

  /** A flag; `undefined` where it is absent or null. */
  flag(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'boolean') return value;
    throw this.#wrong(name, value, message`true or false`);
  }

  /** A list of int32; `undefined` where it is absent or null. */
  ints(name: string): number[] | undefined {
    const value = this.raw(name);
    if (value === undefined || value === null) return undefined;
    if (Array.isArray(value) && value.every(isInt32)) return value;
    throw this.#wrong(name, value, message`a list of whole numbers of 32 bits`);
  }

  /** A dictionary; `undefined` where it is absent, `null` where it is null. */
  dictionary(name: string): Record<string, unknown> | null | undefined {
    const value = this.raw(name);
    if (value === undefined || value === null) return value;
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    throw this.#wrong(name, value, message`an object or null`);
  }

  /** A state; `undefined` where it is absent. */
  state(name: string): TaskStateName | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' && typeof value !== 'number') throw this.#wrong(name, value, STATES);
    const state = parseState(value);
    if (state === undefined) throw this.#wrong(name, value, STATES);
    return state;
  }

  #wrong(name: string, value: unknown, accepted: MessageValue): Error {
    return invalid`${name} of ${this.#what} is ${describe(value)}; ${accepted} is accepted.`;
  }
}

/** What is accepted as a state, for messages. */
export const STATES = message`one of Unknown, New, Aquired, Started, Succeeded, Failed, SucceededManualCleanup and All, or its number,`;

/** Whether a value is a whole number of 32 bits. */
export function isInt32(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= INT32_MIN && (value as number) <= INT32_MAX;
}

/** A value in a message: short, and its type where it is not a text or number. */
export function describe(value: unknown): MessageValue {
  if (value === null) return 'null';
  if (value === undefined) return message`missing`;
  if (typeof value === 'string') return `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (Array.isArray(value)) return message`a list`;
  return typeof value === 'object' ? message`an object` : String(value);
}
