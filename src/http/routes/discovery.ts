import type { FastifyInstance } from 'fastify';
import { baseUrl } from '../base-url.ts';
import type { RoutedOperation } from '../openapi/operations.ts';
import * as described from '../operations/server.ts';

const PREFIX = '/api/v1/';

const VERSIONS = { answer: 'Versions', ownType: true, operation: described.listVersions } as const;

/** `GET /api` tells the versions, `GET /api/v1` the calls (contract, first section). Nobody needs to sign in for them. */
export async function discoveryRoutes(
  app: FastifyInstance,
  { operations }: { operations: readonly RoutedOperation[] },
): Promise<void> {
  app.get('/', { config: VERSIONS }, async (request, reply) => {
    const url = `${baseUrl(request)}/api/v1`;
    if (!request.headers.accept?.includes('text/html')) return { v1: url, Version: 'v1' };
    return reply
      .type('text/html; charset=utf-8')
      .send(`<!doctype html><title>Batchline</title><p>v1: <a href="v1">${escapeHtml(url)}</a></p>`);
  });
  app.get('/v1', { config: { answer: 'Calls', operation: described.listCalls } }, async (request) => {
    const base = baseUrl(request);
    const calls: Record<string, Record<string, string>> = {};
    for (const { method, path, operation } of operations) {
      if (!path.startsWith(PREFIX)) continue;
      calls[base + path] ??= {};
      (calls[base + path] as Record<string, string>)[method.toUpperCase()] = operation.summary;
    }
    return calls;
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
