import type { FastifyInstance } from 'fastify';
import { type RequestError, unsupported } from '../../core/errors.ts';
import { charsetOf, decodeBody } from './charset.ts';
import { readForm } from './form.ts';
import { readJson } from './json.ts';
import { type BodySchema, bySchema } from './schema-values.ts';
import { isUntyped } from './untyped.ts';
import { readXml } from './xml.ts';

/** How the text of a body becomes what `request.body` is. */
type BodyReader = (text: string) => unknown;

/** The formats of bodies, by media type (contract, section 4). The patch formats are JSON; PATCH interprets them. */
const FORMATS: Readonly<Record<string, BodyReader>> = {
  'application/json': readJson,
  'text/json': readJson,
  'application/xml': readXml,
  'text/xml': readXml,
  'application/x-www-form-urlencoded': readForm,
  'application/json-patch+json': readJson,
  'application/merge-patch+json': readJson,
};

const XML_TYPE = /^(?:application|text)\/xml\b/i;
/** The encoding that an XML document says itself; it counts where the Content-Type says none. */
const XML_ENCODING = /^(?:\u00EF\u00BB\u00BF)?<\?xml\s[^>]*?encoding\s*=\s*["']([\w.-]+)["']/;

/** The media types of bodies. */
export const BODY_TYPES: readonly string[] = Object.keys(FORMATS);

/**
 * Makes calls read bodies by their Content-Type, JSON if there is none; others are refused with 415, malformed ones with
 * 400.
 */
export function readRequestBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  for (const [type, read] of Object.entries(FORMATS)) addParser(app, type, read);
  app.addHook('preParsing', ({ headers }, _reply, payload, done) => {
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (hasBody) headers['content-type'] ??= 'application/json';
    done(null, payload);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    const schema = request.routeOptions.schema?.body as BodySchema | undefined;
    if (schema !== undefined && isUntyped(request.body)) request.body = bySchema(request.body, schema);
    done();
  });
}

/** A 415 that lists the types that are accepted. */
export function unsupportedBody(): RequestError {
  return unsupported`The Content-Type of the body is not supported here; ${BODY_TYPES.join(', ')} are accepted.`;
}

function addParser(app: FastifyInstance, type: string, read: BodyReader): void {
  const isXml = XML_TYPE.test(type);
  app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      const bytes = body as Buffer;
      const said = charsetOf(request.headers['content-type'] ?? '');
      const text = decodeBody(bytes, said ?? (isXml ? encodingOf(bytes) : undefined));
      done(null, text.trim() === '' ? undefined : read(text));
    } catch (error) {
      done(error as Error);
    }
  });
}

function encodingOf(bytes: Buffer): string | undefined {
  const [first, second] = bytes;
  if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)) return 'utf-16';
  return XML_ENCODING.exec(bytes.toString('latin1', 0, 200))?.[1]?.toLowerCase();
}
