import type { FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { checkForgery } from './hooks.ts';

const PARTNER = 'https://partner.example';

/** A request to `batch.example:8080` from a page with these headers. */
function request(
  headers: Record<string, string>,
  host = 'batch.example:8080',
  method = 'POST',
): FastifyRequest {
  return {
    method,
    headers,
    host,
    cookies: {},
    server: { allowedOrigins: new Set([PARTNER]) },
  } as unknown as FastifyRequest;
}

describe('a change with Basic credentials, which browsers cache', () => {
  test.each<[string, Record<string, string>, string?]>([
    ['a client other than a browser', {}],
    ['a page of this server', { 'sec-fetch-site': 'same-origin', origin: 'https://batch.example:8080' }],
    [
      'a page of this server behind a proxy that sets Host',
      { 'sec-fetch-site': 'same-origin', origin: 'https://x.example' },
    ],
    ['a typed URL', { 'sec-fetch-site': 'none' }],
    ['a page of this server without TLS', { origin: 'http://batch.example:8080' }],
    ['the same in another case', { origin: 'http://batch.example:8080' }, 'BATCH.example:8080'],
    ['an explicit default port', { origin: 'http://batch.example' }, 'batch.example:80'],
    ['TLS terminated by a proxy', { origin: 'https://batch.example' }, 'batch.example'],
    ['an IPv6 address', { origin: 'http://[::1]:7243' }, '[::1]:7243'],
    [
      'a script of an allowed origin',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', origin: PARTNER },
    ],
    ['a script of an allowed origin, without TLS', { origin: PARTNER }],
  ])('is accepted from %s', (_from, headers, host) => {
    expect(() => checkForgery(request(headers, host), 'basic')).not.toThrow();
  });

  test.each<[string, Record<string, string>, string?]>([
    ['a form of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['a form of another site without TLS', { origin: 'http://evil.example' }],
    ['another port', { origin: 'http://batch.example:9090' }],
    ['a host name with the same prefix', { origin: 'http://batch.example:8080.evil.example' }],
    ['a subdomain', { origin: 'http://evil.batch.example:8080' }],
    ['another subdomain of the site', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }],
    [
      'a script of the same site',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', origin: 'https://b.example' },
    ],
    [
      'a script of another site',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', origin: 'https://evil.example' },
    ],
    ['an image or beacon', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a malformed origin', { origin: 'batch.example:8080' }],
    ['an empty origin', { origin: '' }],
    ['an unknown Sec-Fetch-Site', { 'sec-fetch-site': 'elsewhere' }],
  ])('is rejected from %s', (_from, headers, host) => {
    expect(() => checkForgery(request(headers, host), 'basic')).toThrow(/page of another site/);
  });

  test('reads, and schemes that browsers do not send automatically, are not checked', () => {
    const evil = { origin: 'http://evil.example' };
    expect(() => checkForgery(request(evil, undefined, 'GET'), 'basic')).not.toThrow();
    for (const scheme of ['bearer', 'jwt', 'ticket'] as const)
      expect(() => checkForgery(request(evil), scheme)).not.toThrow();
  });
});
