import { invalid, type RequestError, unavailable } from './errors.ts';
import { type MessageValue, message } from './message.ts';

/** The largest int32, which is also the largest task id. */
export const INT32_MAX = 2_147_483_647;
/** The smallest int32. */
export const INT32_MIN = -2_147_483_648;

/** Used share of the ids of a table from which the log and the alerts warn. */
export const IDS_WARNING_RATIO = 0.8;

const OUT_OF_IDS_RETRY_SECONDS = 3600;

/** The error when a table has no ids left: nothing can be added until an operator moves tenants to another cell. */
export function outOfIds(): RequestError {
  return unavailable(
    message`All ids are used up: ${INT32_MAX} is the largest. Nothing has changed; contact an administrator.`,
    OUT_OF_IDS_RETRY_SECONDS,
  ).withCode('ids_exhausted');
}

/** Maximum lengths of texts, in UTF-16 code units as in .NET (contract, section 1: FieldLength). */
export interface TextLimits {
  readonly description: number;
  readonly response: number;
  readonly request: number;
  readonly progressDescription: number;
  readonly fileName: number;
  readonly databaseSerialNumber: number;
  readonly context: number;
}

/** SuperOffice's limits, and our own for fields that it does not limit. A setting can raise them. */
export const DEFAULT_TEXT_LIMITS: TextLimits = {
  description: 254,
  response: 254,
  request: 254,
  progressDescription: 254,
  fileName: 260,
  databaseSerialNumber: 39,
  context: 65_536,
};

/**
 * Checks the length of a text, and that every database and encoding can store it.
 *
 * @param what the property's name, for the message
 * @param limit in UTF-16 code units; `Infinity` for no limit
 * @throws RequestError (invalid) if the text is too long, or contains a NUL character or a lone surrogate
 */
export function checkText(what: MessageValue, text: string, limit: number): void {
  if (text.length > limit) {
    throw invalid`${what} is ${text.length} characters long; at most ${limit} are accepted.`;
  }
  const nul = text.indexOf('\u0000');
  if (nul !== -1) {
    throw invalid`${what} contains a NUL character at position ${nul}; text without NUL characters is accepted.`;
  }
  if (!text.isWellFormed()) {
    throw invalid`${what} contains a lone surrogate; well-formed Unicode text is accepted.`;
  }
}

/** The largest weight of a tenant. */
export const MAX_WEIGHT = 100;
/** Maximum number of tenants of a definition with a weight. */
export const MAX_WEIGHTS = 1000;

/** Limits of a definition over all processes. Omitted ones are unlimited. */
export interface DefinitionLimits {
  /** Maximum number of concurrent runs. */
  readonly concurrent?: number | undefined;
  /** Maximum number of concurrent runs per tenant. */
  readonly perTenant?: number | undefined;
  /** Maximum number of runs that start within any period of `seconds`. */
  readonly rate?: { readonly runs: number; readonly seconds: number } | undefined;
  /** Weights of tenants in the round robin of claims, from 1 to 100; 1 for others. */
  readonly weights?: Readonly<Record<string, number>> | undefined;
}

/** Maximum period of a rate in seconds: a day. */
export const MAX_PERIOD_SECONDS = 24 * 60 * 60;

/** True if there is any limit. Weights are none: they only order the claims. */
export function isLimited({ concurrent, perTenant, rate }: DefinitionLimits): boolean {
  return concurrent !== undefined || perTenant !== undefined || rate !== undefined;
}

/** Describes the first invalid limit, in English; `undefined` if all are valid. */
export function limitsProblem({
  concurrent,
  perTenant,
  rate,
  weights = {},
}: DefinitionLimits): string | undefined {
  for (const [name, value] of Object.entries({ concurrent, perTenant, 'rate.runs': rate?.runs })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= INT32_MAX)) {
      return `${name} is ${value}; a whole number from 1 is accepted`;
    }
  }
  const all = Object.entries(weights);
  if (all.length > MAX_WEIGHTS)
    return `weights has ${all.length} tenants; at most ${MAX_WEIGHTS} are accepted`;
  for (const [tenant, weight] of all) {
    if (!(Number.isInteger(weight) && weight >= 1 && weight <= MAX_WEIGHT))
      return `the weight of ${tenant} is ${weight}; a whole number from 1 to ${MAX_WEIGHT} is accepted`;
  }
  const seconds = rate?.seconds;
  if (seconds === undefined || (seconds > 0 && seconds <= MAX_PERIOD_SECONDS)) return undefined;
  return `rate.seconds is ${seconds}; a number above 0 and up to ${MAX_PERIOD_SECONDS} is accepted`;
}
