import fc from 'fast-check';
import type { FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { fuzzing } from '../../test/support/fuzz.ts';
import { formatOf, preferredFormat } from './respond.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const XML_TYPE = 'application/xml; charset=utf-8';

describe('the response format by Accept', () => {
  test.each([
    ['', JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/*', JSON_TYPE],
    ['application/json', JSON_TYPE],
    ['APPLICATION/JSON', JSON_TYPE],
    ['application/json; charset=utf-8', JSON_TYPE],
    ['application/json;odata="a;b,c";q=1', JSON_TYPE],
    ['application/json-patch+json', JSON_TYPE],
    ['application/merge-patch+json', JSON_TYPE],
    ['text/json', 'text/json; charset=utf-8'],
    ['text/*', 'text/json; charset=utf-8'],
    ['application/xml', XML_TYPE],
    ['text/xml', 'text/xml; charset=utf-8'],
    ['application/json;q=0.5, application/xml', XML_TYPE],
    ['application/json;q=0.5, application/xml;q=0.4', JSON_TYPE],
    [
      'application/json;q=0, application/json-patch+json;q=0, application/merge-patch+json;q=0, application/*',
      XML_TYPE,
    ],
    ['text/html, application/xml;q=0.9, */*;q=0.8', XML_TYPE],
    ['text/html, */*;q=0.1', JSON_TYPE],
  ])('%j is %s', (accept, type) => {
    expect(preferredFormat(accept)?.type).toBe(type);
  });

  test.each([
    'text/html',
    'image/png, text/plain',
    'application/json;q=0',
    '*/*;q=0',
    'json',
    ',',
    'x'.repeat(5000),
  ])('%.40j names no supported format', (accept) => {
    expect(preferredFormat(accept)).toBeUndefined();
    expect(formatOf({ headers: { accept } } as FastifyRequest).type).toBe(JSON_TYPE);
  });

  const { options, timeout } = fuzzing();
  test(
    'any header has a result',
    () => {
      const anyAccept = fc
        .array(
          fc.oneof(
            fc.constantFrom(
              'application/json',
              'text/xml',
              '*/*',
              'application',
              '/',
              ';',
              'q=',
              '0.5',
              ',',
              '"',
              '\\',
              '*',
              ' ',
            ),
            fc.string({ maxLength: 6 }),
          ),
          { maxLength: 30 },
        )
        .map((parts) => parts.join(''));
      fc.assert(
        fc.property(anyAccept, (accept) => {
          const type = preferredFormat(accept)?.type;
          expect(type === undefined || /^(?:application|text)\/(?:json|xml); charset=utf-8$/.test(type)).toBe(
            true,
          );
        }),
        options,
      );
    },
    timeout,
  );
});
