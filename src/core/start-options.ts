import type { TraceContext } from './trace-context.ts';

/** When and in which order a task is to run, and what tells that a start was sent twice. */
export interface StartOptions {
  /** When its first run is due: an instant, or seconds from now. At once where it is absent. */
  readonly due?: Date | number | undefined;
  /** Higher ones are delivered first; 0 where it is absent. */
  readonly priority?: number | undefined;
  /** The caller's key of this start: the same one within a day starts nothing more. */
  readonly idempotencyKey?: string | undefined;
  /** Where the call stands in a distributed trace. It is no part of what the caller asks for. */
  readonly trace?: TraceContext | undefined;
}

/** The lowest and the highest priority. */
export const PRIORITIES = { lowest: -1000, highest: 1000 } as const;

/** The longest delay of a start: ten years, in seconds. */
export const LONGEST_DELAY_SECONDS = 10 * 365 * 24 * 60 * 60;

/** The longest idempotency key, in characters. */
export const LONGEST_KEY = 255;

/** Seconds from now until a start is due; 0 where it is due. */
export function secondsUntil(due: StartOptions['due'], now: Date): number {
  if (due === undefined) return 0;
  return Math.max(0, typeof due === 'number' ? due : (due.getTime() - now.getTime()) / 1000);
}
