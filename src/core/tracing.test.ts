import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTraceparent, parseTraceparent, readTraceContext, traceHeaders } from './tracing.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('readTraceContext', () => {
  test('reads both headers', () => {
    expect(readTraceContext(`00-${TRACE}-${SPAN}-01`, 'congo=t61rcWkgMzE')).toEqual({
      traceparent: `00-${TRACE}-${SPAN}-01`,
      tracestate: 'congo=t61rcWkgMzE',
    });
  });

  test('reads only the known fields of a future version', () => {
    expect(readTraceContext(`cc-${TRACE}-${SPAN}-01-what-the-future-brings`, undefined)?.traceparent).toBe(
      `00-${TRACE}-${SPAN}-01`,
    );
  });

  test.each([
    undefined,
    '',
    'x',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-01\n`,
  ])('%j is no traceparent', (traceparent) => {
    expect(readTraceContext(traceparent, 'a=b')).toBeUndefined();
  });

  test.each([undefined, '', '  ', 'a=\u0000', 'ä=1', `a=${'x'.repeat(511)}`])(
    'the tracestate %j is left out',
    (tracestate) => {
      expect(readTraceContext(`00-${TRACE}-${SPAN}-00`, tracestate)?.tracestate).toBeNull();
    },
  );

  test('formatting and parsing are inverse', () => {
    const hex = (length: number) =>
      fc
        .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
        .filter((text) => /[^0]/.test(text));
    const fields = fc.record({ traceId: hex(32), spanId: hex(16), flags: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fields, (one) => {
        expect(parseTraceparent(formatTraceparent(one))).toEqual(one);
      }),
    );
  });
});

test('traceHeaders returns only the headers that are set', () => {
  expect(traceHeaders(null)).toEqual({});
  expect(traceHeaders({ traceparent: 'p', tracestate: null })).toEqual({ traceparent: 'p' });
  expect(traceHeaders({ traceparent: 'p', tracestate: 's' })).toEqual({ traceparent: 'p', tracestate: 's' });
});
