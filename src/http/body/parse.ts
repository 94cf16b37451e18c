import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { malformed, type RequestError, unsupported } from '../../core/errors.ts';
import { readForm } from './form.ts';
import { readJson } from './json.ts';
import { isUntyped, type Untyped } from './object-reader.ts';
import { readXml } from './xml.ts';

/** The decoders by charset. They return `undefined` if the bytes are invalid. */
const DECODERS: Readonly<Record<string, (bytes: Buffer) => string | undefined>> = {
  'utf-8': decodeUtf8,
  utf8: decodeUtf8,
  // Accepts UTF-8 too, of which ASCII is a subset.
  'us-ascii': decodeUtf8,
  ascii: decodeUtf8,
  'iso-8859-1': (bytes) => bytes.toString('latin1'),
  'windows-1252': (bytes) => decode('windows-1252', bytes),
  'utf-16': (bytes) => decode(bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-16le', bytes),
  'utf-16le': (bytes) => decode('utf-16le', bytes),
  'utf-16be': (bytes) => decode('utf-16be', bytes),
};

/** The supported charsets, for messages. */
const CHARSETS = 'utf-8, us-ascii, iso-8859-1, windows-1252, utf-16, utf-16le and utf-16be';

/** The charset of a Content-Type, in lower case; `undefined` if it has none. */
export function charsetOf(contentType: string): string | undefined {
  const match = /;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))/i.exec(contentType);
  return (match?.[1] ?? match?.[2])?.trim().toLowerCase();
}

/**
 * Decodes a body, without the byte order mark.
 *
 * @throws RequestError (unsupported) if the charset is not supported, (malformed) if the bytes are not valid in it
 */
export function decodeBody(bytes: Buffer, charset = 'utf-8'): string {
  const decoder = Object.hasOwn(DECODERS, charset) ? DECODERS[charset] : undefined;
  if (decoder === undefined) {
    throw unsupported`The charset "${charset.slice(0, 40)}" of the body is not supported; ${CHARSETS} are accepted.`;
  }
  const text = decoder(bytes);
  if (text === undefined) {
    throw malformed`The body is not ${charset.toUpperCase()}.`;
  }
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function decodeUtf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

function decode(label: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The part of the JSON schema of a body that the conversion of untyped formats uses. */
interface BodySchema {
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>;
}

/** Conversions by the type in the schema. A value that can't be converted is unchanged, and fails validation. */
const BY_TYPE: Readonly<Record<string, (value: Untyped) => unknown>> = {
  integer: toNumber,
  number: toNumber,
  boolean: (value) => (value === 'true' ? true : value === 'false' ? false : value),
  /** Several values of one name, or child elements: `<Roles><string>…</string></Roles>`. */
  array: (value) => {
    if (value === '') return [];
    return isUntyped(value) ? Object.values(value).flat() : [value].flat();
  },
};

/** Converts a body in XML or a form to the types of this schema. */
function bySchema(body: { readonly [name: string]: Untyped }, schema: BodySchema): object {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const type = schema.properties?.[name]?.type ?? '';
      return [name, BY_TYPE[type]?.(value) ?? value];
    }),
  );
}

function toNumber(value: Untyped): unknown {
  return typeof value === 'string' && /^\s*-?\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value;
}

/** Parses the text of a body to `request.body`. */
type BodyReader = (text: string) => unknown;

/** The parsers by media type (contract, section 4). The patch types are JSON, which PATCH interprets. */
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
/** The encoding in the XML declaration, which applies if the Content-Type has no charset. */
const XML_ENCODING = /^(?:\u00EF\u00BB\u00BF)?<\?xml\s[^>]*?encoding\s*=\s*["']([\w.-]+)["']/;

/** The media types of request bodies. */
export const BODY_TYPES: readonly string[] = Object.keys(FORMATS);

/**
 * Parses request bodies by Content-Type, or as JSON if there is none. Unsupported types are a 415, malformed bodies a 400.
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

/** Creates a 415 that lists the accepted types. */
export function unsupportedBody(): RequestError {
  return unsupported`The Content-Type of the body is not supported; ${BODY_TYPES.join(', ')} are accepted.`;
}

function addParser(app: FastifyInstance, type: string, read: BodyReader): void {
  const isXml = XML_TYPE.test(type);
  app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      const bytes = body as Buffer;
      const declared = charsetOf(request.headers['content-type'] ?? '');
      const text = decodeBody(bytes, declared ?? (isXml ? encodingOf(bytes) : undefined));
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
