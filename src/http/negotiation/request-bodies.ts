import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Refusal, unsupported } from '../../domain/errors.ts';
import { isUntyped } from '../wire/untyped.ts';
import { charsetOf, decodeBody } from './charset.ts';
import { readForm } from './form-reader.ts';
import { readJson } from './json-reader.ts';
import { JsonPatch, MergePatch } from './patches.ts';
import { type BodySchema, bySchema } from './schema-values.ts';
import { readXml } from './xml-reader.ts';

/** How the text of a body becomes what `request.body` is. */
type BodyReader = (text: string) => unknown;

/** The formats of bodies that every call reads, by media type (contract, section 4). */
const CARRIER_FORMATS: Readonly<Record<string, BodyReader>> = {
  'application/json': readJson,
  'text/json': readJson,
  'application/xml': readXml,
  'text/xml': readXml,
  'application/x-www-form-urlencoded': readForm,
};

/** Those that calls of the configuration `patchable` read as well: a change of what is there. */
const PATCH_FORMATS: Readonly<Record<string, BodyReader>> = {
  'application/json-patch+json': (text) => new JsonPatch(readJson(text)),
  'application/merge-patch+json': (text) => new MergePatch(readJson(text)),
};

const XML_TYPE = /^(?:application|text)\/xml\b/i;
/** The encoding that an XML document says itself; it counts where the Content-Type says none. */
const XML_ENCODING = /^(?:\u00EF\u00BB\u00BF)?<\?xml\s[^>]*?encoding\s*=\s*["']([\w.-]+)["']/;

/** The media types of bodies that every call reads. */
export const BODY_TYPES: readonly string[] = Object.keys(CARRIER_FORMATS);

/** Makes calls read bodies by their Content-Type; others are refused with 415, malformed ones with 400. */
export function readRequestBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  for (const [type, read] of Object.entries(CARRIER_FORMATS)) addParser(app, type, read, () => true);
  for (const [type, read] of Object.entries(PATCH_FORMATS)) addParser(app, type, read, isPatchable);
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const coding = codingOf(request);
    if (coding === undefined) return done(null, payload);
    done(
      unsupported`The Content-Encoding "${coding.slice(0, 40)}" of the body is not supported; bodies without one are accepted.`,
    );
  });
  app.addHook('preValidation', (request, _reply, done) => {
    const schema = request.routeOptions.schema?.body as BodySchema | undefined;
    if (schema !== undefined && isUntyped(request.body)) request.body = bySchema(request.body, schema);
    done();
  });
}

/** A 415 that lists what this call accepts. */
export function unsupportedBody(request: FastifyRequest): Refusal {
  return unsupported`The Content-Type of the body is not supported here; ${acceptedTypes(request).join(', ')} are accepted.`;
}

/** The header of a 415 that says what this call accepts (contract, section 4; RFC 9110, section 15.5.16). */
export function acceptedBodies(request: FastifyRequest): Readonly<Record<string, string>> {
  return codingOf(request) === undefined
    ? { Accept: acceptedTypes(request).join(', ') }
    : { 'Accept-Encoding': 'identity' };
}

function acceptedTypes(request: FastifyRequest): string[] {
  return Object.keys(isPatchable(request) ? { ...CARRIER_FORMATS, ...PATCH_FORMATS } : CARRIER_FORMATS);
}

/** The content coding of the body; `undefined` if it has none. */
function codingOf({ headers }: FastifyRequest): string | undefined {
  const coding = headers['content-encoding']?.trim();
  return coding === undefined || /^(?:identity)?$/i.test(coding) ? undefined : coding;
}

function isPatchable(request: FastifyRequest): boolean {
  return request.routeOptions.config?.patchable === true;
}

function addParser(
  app: FastifyInstance,
  type: string,
  read: BodyReader,
  isAccepted: (request: FastifyRequest) => boolean,
): void {
  const isXml = XML_TYPE.test(type);
  app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      if (!isAccepted(request)) throw unsupportedBody(request);
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
