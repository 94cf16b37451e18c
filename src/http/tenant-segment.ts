import type { IncomingMessage } from 'node:http';

const segments = new WeakMap<IncomingMessage, string>();

/**
 * Takes the customer off a hosted installation's address: `/Cust12345/api/v1/…` becomes `/api/v1/…`
 * (contract, first section). `tenantSegment` tells it afterwards.
 */
export function stripTenantSegment(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const match = /^\/([^/?]+)(\/api(?:[/?].*)?)$/i.exec(url);
  if (match?.[1] === undefined || match[2] === undefined || match[1].toLowerCase() === 'api') return url;
  segments.set(request, match[1]);
  return match[2];
}

/** The customer that the address named, or `undefined`. */
export function tenantSegment(request: IncomingMessage): string | undefined {
  return segments.get(request);
}
