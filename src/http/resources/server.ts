import type { FastifyInstance, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { VERSION } from '../../version.ts';
import { baseUrl } from '../base-url.ts';
import type { RoutedOperation } from '../openapi/collect.ts';
import { ANSWER_TYPES } from '../respond.ts';
import { getCustomerStateOperation, listCallsOperation, listVersionsOperation } from './server-operations.ts';

const PREFIX = '/api/v1/';

/** How long clients may keep the answer of `/api/state`. */
const STATE_VALID_MS = 3_600_000;

const STATE = { answer: 'CustomerState', operation: getCustomerStateOperation } as const;
const VERSIONS = { answer: 'Versions', ownType: true, operation: listVersionsOperation } as const;

/**
 * `GET /api`: the versions. `GET /api/v1`: the calls. `GET /api/state/{customer}`: the address of a customer, which hosted
 * clients request first. All without sign-in (contract, first section and section 6a).
 */
export async function discoveryRoutes(
  app: FastifyInstance,
  { operations }: { operations: readonly RoutedOperation[] },
): Promise<void> {
  const started = new Date().toISOString();
  app.get('/', { config: VERSIONS }, async (request, reply) => {
    const url = `${baseUrl(request)}/api/v1`;
    if (!prefersHtml(request)) return versions(url, started);
    const link = escapeHtml(url);
    return reply
      .type('text/html; charset=utf-8')
      .send(
        `<!doctype html><title>Batchline</title><p>Batchline ${VERSION}<p>v1: <a href="${link}">${link}</a>`,
      );
  });

  app.get<{ Params: { customer: string } }>('/state/:customer', { config: STATE }, async (request) => {
    const { customer } = request.params;
    return {
      ContextIdentifier: customer,
      Endpoint: `${request.protocol}://${request.host}/${encodeURIComponent(customer)}/`,
      State: 'Running',
      IsRunning: true,
      ValidUntil: new Date(Date.now() + STATE_VALID_MS).toISOString(),
    };
  });

  app.get('/v1', { config: { answer: 'Calls', operation: listCallsOperation } }, async (request) => {
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

/** The versions, with the names that clients of SuperOffice read; NetServer is this server. */
function versions(url: string, started: string): Record<string, string> {
  return {
    v1: url,
    Version: 'v1',
    NetServerVersion: VERSION,
    NetServerAssembly: `Batchline, Version=${VERSION}`,
    NetServerDate: started,
    NetServerLabel: `Batchline ${VERSION}`,
    NetServer: 'Batchline',
    Services: 'v1',
    ServicesCurrent: 'v1',
  };
}

/** Returns HTML unless Accept prefers JSON or XML (contract, first section). */
function prefersHtml({ headers: { accept } }: FastifyRequest): boolean {
  return new Negotiator({ headers: { accept } }).mediaType(['text/html', ...ANSWER_TYPES]) === 'text/html';
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
