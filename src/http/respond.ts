import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { unacceptable } from '../core/errors.ts';
import type { Rows } from '../db/list-reads.ts';
import { writeXml } from './body/xml.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The XML name of the response, or of the items of a list. */
    payload?: string;
    /** The route also has media types of its own, so that no Accept is rejected. */
    ownType?: true;
  }
}

/** A format of responses. */
export interface ResponseFormat {
  /** The Content-Type of the response. */
  readonly type: string;
  readonly write: (body: unknown, payload: string) => string;
  readonly isXml?: true;
}

const writeJson = (body: unknown): string => JSON.stringify(body);
const JSON_FORMAT: ResponseFormat = { type: 'application/json; charset=utf-8', write: writeJson };

/** The formats by media type of Accept (contract, section 4). Of equally preferred types the first applies. */
const FORMATS: Readonly<Record<string, ResponseFormat>> = {
  'application/json': JSON_FORMAT,
  'text/json': { type: 'text/json; charset=utf-8', write: writeJson },
  'application/xml': { type: 'application/xml; charset=utf-8', write: writeXml, isXml: true },
  'text/xml': { type: 'text/xml; charset=utf-8', write: writeXml, isXml: true },
  'application/json-patch+json': JSON_FORMAT,
  'application/merge-patch+json': JSON_FORMAT,
};
const TYPES = Object.keys(FORMATS);

/** The media types of responses, without the patch types, which return JSON. */
export const RESPONSE_TYPES: readonly string[] = TYPES.filter((type) => !type.includes('patch'));

/** The XML name of the response if the route sets none. */
const DEFAULT_PAYLOAD = 'Answer';

/** Longer Accept headers are ignored. */
const MAX_ACCEPT_LENGTH = 2048;
/** Parameters of media ranges other than q, which do not distinguish formats. */
const PARAMETERS = /;\s*(?!q\s*=)[^;,"]*(?:"(?:[^"\\]|\\.)*"[^;,"]*)*/gi;

const MAX_CACHED = 200;
const formatCache = new Map<string, ResponseFormat | undefined>();

/** Negotiates the format of every response before the request is processed; 406 if Accept names no supported format. */
export function negotiateFormats(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { accept } = request.headers;
    if (accept === undefined || accept === '*/*' || accept === 'application/json') return done();
    if (request.is404) return done();
    const config = request.routeOptions.config;
    const format = preferredFormat(accept);
    if (format === undefined && config?.ownType !== true) {
      return done(
        unacceptable`The header Accept names no supported format; ${TYPES.join(', ')} are supported.`,
      );
    }
    if (format !== undefined && format !== JSON_FORMAT)
      setContentType(format, reply, config?.payload ?? DEFAULT_PAYLOAD);
    done();
  });
}

/** The format of responses to a request; JSON if it accepts no supported format. */
export function formatOf(request: FastifyRequest): ResponseFormat {
  const { accept } = request.headers;
  return (accept === undefined ? JSON_FORMAT : preferredFormat(accept)) ?? JSON_FORMAT;
}

/** Makes a reply serialize its body in this format. Streams and strings are sent unchanged. */
export function setContentType(format: ResponseFormat, reply: FastifyReply, payload: string): void {
  reply.serializer((body: unknown) => {
    if (typeof body === 'string') return body;
    reply.type(format.type);
    return format.write(body, payload);
  });
}

/** Sends `null` in the negotiated format; Fastify would send no body (contract, sections 0 and 3). */
export function sendNull(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendValue(request, reply, null);
}

/** Sends a string or `null` in the negotiated format, as a JSON string or an element; Fastify would send it unquoted. */
export function sendValue(request: FastifyRequest, reply: FastifyReply, value: string | null): FastifyReply {
  const format = formatOf(request);
  return reply
    .type(format.type)
    .send(format.write(value, request.routeOptions.config.payload ?? DEFAULT_PAYLOAD));
}

/** The format that an Accept header prefers; `undefined` if it names no supported format. */
export function preferredFormat(accept: string): ResponseFormat | undefined {
  if (formatCache.has(accept)) return formatCache.get(accept);
  if (accept.length > MAX_ACCEPT_LENGTH) return undefined;
  const ranges = accept.trim() === '' ? '*/*' : accept.replace(PARAMETERS, '');
  const type = new Negotiator({ headers: { accept: ranges } }).mediaType(TYPES);
  const format = type === undefined ? undefined : FORMATS[type];
  if (formatCache.size >= MAX_CACHED) formatCache.clear();
  formatCache.set(accept, format);
  return format;
}

/** The response header of truncated lists, with the number of rows returned. */
const LIST_CUT_HEADER = 'Batchline-List-Cut';

/** Marks the response if the list was truncated at the server's limit of rows or bytes. */
export function markTruncated(reply: FastifyReply, list: Rows<unknown>): void {
  if (list.more) reply.header(LIST_CUT_HEADER, String(list.rows.length));
}

/** Adds request headers to Vary. */
export function vary(reply: FastifyReply, ...names: readonly string[]): void {
  const before = reply.getHeader('Vary');
  const added = names.join(', ');
  reply.header('Vary', before === undefined ? added : `${String(before)}, ${added}`);
}
