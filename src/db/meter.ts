import type { LogEvent } from 'kysely';

/** Is told of every statement of this process, but for the engine's own. Never throws. */
export interface DatabaseMeter {
  /** @param error why it has failed; absent where it has not */
  statement(seconds: number, error?: unknown): void;
}

/** The meter as Kysely's log; `undefined` logs nothing. */
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
