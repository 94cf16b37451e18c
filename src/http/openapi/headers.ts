/** A header that calls look at. */
interface Header {
  readonly description: string;
  readonly schema: { readonly type: 'string'; readonly examples?: readonly string[] };
}

const header = (description: string, ...examples: string[]): Header => ({
  description,
  schema: { type: 'string', ...(examples.length === 0 ? {} : { examples }) },
});

/** What tells the language and the time zone of answers (contract, section 5). */
export const LOCALE_HEADERS = {
  'SO-Language': header(
    'The language of texts; counts more than Accept-Language. * or x leaves texts raw',
    'nb',
  ),
  'Accept-Language': header('The language of texts; without one they are raw'),
  'SO-Culture': header(
    'How numbers and dates are written inside texts; that of the language where it is absent',
  ),
  'SO-TimeZone': header(
    'The zone of times, both ways: a code, an id or an IANA name. The answer says which it was. includeTZOffset writes offsets',
    'NO',
    '261, includeTZOffset',
    'Europe/Oslo',
  ),
} as const;

/** Conditional requests and ranges (contract, section 5; RFC 9110). */
export const CONDITION_HEADERS = {
  'If-Match': header('ETags: refused with 412 where it has another by now'),
  'If-None-Match': header('ETags: 304, or 412 of a change, where it has one of them'),
  'If-Modified-Since': header('304 if it has not changed since; unreadable dates are ignored'),
  'If-Unmodified-Since': header('Refused with 412 if it has changed since; unreadable dates are ignored'),
  Range: header('A range of the file', 'bytes=0-1023'),
  'If-Range': header('The ETag that the range is of; another gets the whole file'),
} as const;
