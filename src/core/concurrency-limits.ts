import { INT32_MAX } from './limits.ts';

/** Limits of a definition over all processes. Omitted ones are unlimited. */
export interface DefinitionLimits {
  /** Maximum number of concurrent runs. */
  readonly concurrent?: number | undefined;
  /** Maximum number of concurrent runs per tenant. */
  readonly perTenant?: number | undefined;
  /** Maximum number of runs that start within any period of `seconds`. */
  readonly rate?: { readonly runs: number; readonly seconds: number } | undefined;
}

/** Maximum period of a rate in seconds: a day. */
export const MAX_PERIOD_SECONDS = 24 * 60 * 60;

/** True if there is any limit. */
export function isLimited({ concurrent, perTenant, rate }: DefinitionLimits): boolean {
  return concurrent !== undefined || perTenant !== undefined || rate !== undefined;
}

/** Describes the first invalid limit, in English; `undefined` if all are valid. */
export function limitsProblem({ concurrent, perTenant, rate }: DefinitionLimits): string | undefined {
  for (const [name, value] of Object.entries({ concurrent, perTenant, 'rate.runs': rate?.runs })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= INT32_MAX)) {
      return `${name} is ${value}; a whole number from 1 is accepted`;
    }
  }
  const seconds = rate?.seconds;
  if (seconds === undefined || (seconds > 0 && seconds <= MAX_PERIOD_SECONDS)) return undefined;
  return `rate.seconds is ${seconds}; a number above 0 and up to ${MAX_PERIOD_SECONDS} is accepted`;
}
