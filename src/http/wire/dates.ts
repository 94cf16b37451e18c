/** A date that was never set (contract, section 1). */
const NEVER = '0001-01-01T00:00:00';

/** A date on the wire: seconds and up to three decimals, in the server's base zone, without an offset (contract, section 4). */
export function writeDate(date: Date | null): string {
  if (date === null) return NEVER;
  return date.toISOString().replace(/(?:\.000|(\.\d*?[1-9])0*)Z$/, '$1');
}
