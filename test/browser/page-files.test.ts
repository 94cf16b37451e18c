import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

/** The maximum size of the first view's scripts, in compressed bytes. */
const MAX_SCRIPT = 200 * 1024;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer('embedded');
});
afterAll(() => server.stop());

/** Requests without decompression, which fetch would do. */
async function raw(path: string, headers: Record<string, string> = {}) {
  const { get } = await import('node:http');
  return new Promise<{ status: number; headers: Record<string, string>; body: Buffer }>((resolve, reject) => {
    get(server.url + path, { headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers as Record<string, string>,
        body: Buffer.concat(chunks),
      });
    }).on('error', reject);
  });
}

async function assets(): Promise<string[]> {
  const { body } = await raw('/');
  return [...body.toString().matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
}

describe('the dashboard’s files', () => {
  test.each([
    '/',
    '/tasks/1',
    '/start',
    '/start/countdown',
    '/webhooks/1',
    '/operations',
    '/definitions',
    '/definitions/csv-import',
    '/people',
    '/people/tokens',
    '/password',
    '/settings',
  ])('is served at %s without a sign-in, with a strict Content-Security-Policy', async (path) => {
    const { status, headers, body } = await raw(path, { Accept: 'text/html' });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(body.toString()).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|https?:/);
  });

  test('is cached: assets for a year, the page by its ETag', async () => {
    const { headers } = await raw('/');
    const again = await raw('/', { 'If-None-Match': `"other", W/${headers.etag}` });
    expect(again.status).toBe(304);
    expect(again.body).toHaveLength(0);
    for (const path of await assets()) {
      const asset = await raw(path);
      expect(asset.status, path).toBe(200);
      expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(asset.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  test('is compressed if the client accepts it, with an ETag for each coding', async () => {
    const [script = ''] = (await assets()).filter((path) => path.endsWith('.js'));
    const plain = await raw(script);
    const brotli = await raw(script, { 'Accept-Encoding': 'gzip, deflate, br' });
    const gzip = await raw(script, { 'Accept-Encoding': 'gzip, br;q=0' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    expect(new Set([plain, brotli, gzip].map((each) => each.headers.etag)).size).toBe(3);
    expect(brotli.headers.vary?.toLowerCase()).toContain('accept-encoding');
  });

  test('loads less than 200 KB of script at first', async () => {
    const scripts = (await assets()).filter((path) => path.endsWith('.js'));
    const sizes = await Promise.all(
      scripts.map(async (path) => (await raw(path, { 'Accept-Encoding': 'gzip' })).body.length),
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(MAX_SCRIPT);
  });

  test('is served with 404 to browsers at unknown addresses, and not to other clients', async () => {
    const page = await raw('/nonsense', { Accept: 'text/html,application/xml;q=0.9,*/*;q=0.8' });
    expect(page.status).toBe(404);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body.equals((await raw('/')).body)).toBe(true);
    for (const [path, Accept] of [
      ['/nonsense', 'application/json'],
      ['/nonsense', '*/*'],
      ['/api/v1/nonsense', 'text/html'],
      ['/assets/none.js', 'text/html'],
    ] as const) {
      const { status, headers } = await raw(path, { Accept });
      expect(status, path).toBe(404);
      expect(headers['content-type'], `${path} ${Accept}`).not.toContain('text/html');
    }
  });

  test('serves only its own files', async () => {
    for (const path of [
      '/assets/none.js',
      '/assets/../stamp.txt',
      '/assets/%2e%2e/index.html',
      '/index.html',
    ]) {
      expect((await raw(path)).status, path).toBe(404);
    }
  });
});

describe('GET /api/v1/Texts', () => {
  test('returns the texts of a language without a sign-in', async () => {
    const answer = await raw('/api/v1/Texts', { 'SO-Language': 'nb-NO' });
    const texts = JSON.parse(answer.body.toString());
    expect(answer.status).toBe(200);
    expect(texts.Language).toBe('nb');
    expect(texts.Messages['Claimed.']).toBe('Hentet.');
    expect(texts.Resources.SR_BATCH_STATE_FAILED).not.toBe('Failed');
    const again = await raw('/api/v1/Texts', {
      'SO-Language': 'nb-NO',
      'If-None-Match': answer.headers.etag ?? '',
    });
    expect(again.status).toBe(304);
  });

  test('English messages are their templates, and unknown languages fall back to English', async () => {
    const { body } = await raw('/api/v1/Texts', { 'SO-Language': 'tlh' });
    const texts = JSON.parse(body.toString());
    expect(texts.Language).toBe('en');
    expect(texts.Messages).toEqual({});
    expect(texts.Resources.SR_BATCH_STATE_AQUIRED).toBe('Acquired');
  });
});
