import type { LogEvent } from 'kysely';

/** Receives the duration of every statement of this process. Must not throw. */
export interface DatabaseMeter {
  /** @param error the error of a failed statement */
  statement(seconds: number, error?: unknown): void;
}

/** Returns the option of Kysely that reports statements to the meter; none without a meter. */
export function logTo(meter: DatabaseMeter | undefined): { log?: (event: LogEvent) => void } {
  if (meter === undefined) return {};
  return {
    log: (event) =>
      meter.statement(
        event.queryDurationMillis / 1000,
        event.level === 'error' ? (event.error ?? 'unknown') : undefined,
      ),
  };
}
