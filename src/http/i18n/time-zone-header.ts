import { invalid } from '../../core/errors.ts';
import { findTimeZone, type TimeZone } from '../../core/time-zone.ts';
import { describe } from '../body/object-reader.ts';

/** The flag in SO-TimeZone that requests times with offsets. */
export const INCLUDE_OFFSET = 'includeTZOffset';

/** What a caller says about times. */
export interface TimeZoneChoice {
  readonly timeZone: TimeZone;
  /** Whether times carry their offset. */
  readonly includeOffset: boolean;
}

/**
 * Reads SO-TimeZone (contract, section 5): a code, an id or an IANA name, or nothing for the server's base zone,
 * and `includeTZOffset`, in any order and casing.
 *
 * @throws RequestError where it names a zone that is not known, or two
 */
export function readTimeZoneHeader(header: string | undefined, base: TimeZone): TimeZoneChoice {
  const parts = (header ?? '').split(',').map((part) => part.trim());
  const names = parts.filter((part) => part !== '' && !isIncludeOffset(part));
  const [name] = names;
  const timeZone = name === undefined ? base : findTimeZone(name);
  if (timeZone === undefined || names.length > 1) {
    throw invalid`The header SO-TimeZone is ${describe(header)}; a code or id that GET /api/v1/TimeZone lists or an IANA name such as Europe/Oslo is accepted, and ", includeTZOffset" behind it.`;
  }
  return { timeZone, includeOffset: parts.some(isIncludeOffset) };
}

function isIncludeOffset(part: string): boolean {
  return part.toLowerCase() === INCLUDE_OFFSET.toLowerCase();
}
