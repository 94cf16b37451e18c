import type { Signals } from '../store/signals.ts';

/** Tells that a definition has work when a delayed run comes due, between two polls; polling stands behind it. */
export function wakeLater(signals: Signals, name: string, seconds: number): void {
  // A longer delay than a timer can hold is left to the polling.
  if (seconds > 0 && seconds < 2_000_000) {
    setTimeout(() => signals.publish({ kind: 'due', names: [name] }), seconds * 1000 + 5).unref();
  }
}
