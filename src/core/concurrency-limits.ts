import { INT32_MAX } from './limits.ts';

/** How much of a definition may run, over all processes. What is absent is not limited. */
export interface DefinitionLimits {
  /** The most runs at once. */
  readonly concurrent?: number | undefined;
  /** The most runs at once of one tenant. */
  readonly perTenant?: number | undefined;
  /** The most runs that begin within any period of so many seconds. */
  readonly rate?: { readonly runs: number; readonly seconds: number } | undefined;
}

/** The longest period of a rate: a day, in seconds. */
export const MAX_PERIOD_SECONDS = 24 * 60 * 60;

/** Whether anything is limited. */
export function isLimited({ concurrent, perTenant, rate }: DefinitionLimits): boolean {
  return concurrent !== undefined || perTenant !== undefined || rate !== undefined;
}

/** What is wrong with limits, in English; `undefined` where nothing is. */
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
