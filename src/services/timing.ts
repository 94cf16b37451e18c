import type { Timing } from '../core/cron.ts';
import { invalid } from '../core/errors.ts';
import { findTimeZone } from '../core/time-zone.ts';

/**
 * When a schedule is due.
 *
 * @throws RequestError (invalid) where its time zone does not exist
 */
export function timingOf({ cron, timeZone }: { readonly cron: string; readonly timeZone: string }): Timing {
  const zone = findTimeZone(timeZone);
  if (zone === undefined)
    throw invalid`TimeZone is "${timeZone.slice(0, 40)}"; a code such as NO, an id or an IANA name such as Europe/Oslo is accepted.`;
  return { cron, timeZone: zone };
}
