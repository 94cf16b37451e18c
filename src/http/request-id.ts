import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The header by which a request is found again in logs, here and at the caller. */
export const REQUEST_ID_HEADER = 'X-Request-Id';

const ACCEPTED = /^[\w.:@/+=-]{1,128}$/;

/** The id of a request: the caller's, where it is one that a log can hold, otherwise a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID();
}
