import { finished, Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  deflate,
  deflateSync,
  gzip,
  gzipSync,
} from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { invalid, oversized, type RequestError, unsupported } from '../core/errors.ts';
import { vary } from './respond.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The response holds a secret beside values from the request. It is never compressed: its length would reveal
     * whether they match (the BREACH attack).
     */
    holdsSecret?: true;
    /** Body limits of media types that have their own on this route, in bytes. */
    bodyLimits?: Readonly<Record<string, number>>;
  }
}

/** Minimum size of compressed responses, in bytes. */
const MIN_BYTES = 1024;
/** Larger responses are compressed in libuv's thread pool; for smaller ones the handover costs more than it saves. */
const MAX_SYNC_BYTES = 16_384;

/** Medium levels: the highest take many times as long to save a few percent. Less memory is faster to set up. */
const DEFLATE_OPTIONS = { level: 5, memLevel: 6 };
const BROTLI_OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const gzipLater = promisify(gzip);
const brotliLater = promisify(brotliCompress);
const deflateLater = promisify(deflate);

/** The encoders by Content-Encoding. */
const CODERS: Readonly<Record<string, (body: Buffer) => Buffer | Promise<Buffer>>> = {
  gzip: (body) => (isShort(body) ? gzipSync(body, DEFLATE_OPTIONS) : gzipLater(body, DEFLATE_OPTIONS)),
  br: (body) =>
    isShort(body) ? brotliCompressSync(body, BROTLI_OPTIONS) : brotliLater(body, BROTLI_OPTIONS),
  deflate: (body) =>
    isShort(body) ? deflateSync(body, DEFLATE_OPTIONS) : deflateLater(body, DEFLATE_OPTIONS),
};
const CODINGS = Object.keys(CODERS);

function isShort(body: Buffer): boolean {
  return body.length <= MAX_SYNC_BYTES;
}

const COMPRESSIBLE = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|javascript)\b)/i;

/**
 * Compresses responses of 1 KiB or more if Accept-Encoding allows it. Streams (files, events), responses that already have
 * a Content-Encoding and those with secrets are not compressed. The ETag gets the coding as a suffix, since the bytes
 * differ.
 */
export function compressResponses(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (!isWhole || Buffer.byteLength(payload) < MIN_BYTES) return payload;
    if (request.routeOptions.config?.holdsSecret === true || reply.hasHeader('Content-Encoding'))
      return payload;
    if (!COMPRESSIBLE.test(String(reply.getHeader('Content-Type') ?? ''))) return payload;
    vary(reply, 'Accept-Encoding');
    if (request.headers['accept-encoding'] === undefined || request.method === 'HEAD') return payload;
    const coding = new Negotiator(request).encoding([...CODINGS, 'identity']);
    const compress = coding === undefined ? undefined : CODERS[coding];
    if (coding === undefined || compress === undefined) return payload;
    const compressed = await compress(Buffer.from(payload));
    reply.header('Content-Encoding', coding).removeHeader('Content-Length');
    const etag = reply.getHeader('ETag');
    if (typeof etag === 'string') reply.header('ETag', etag.replace(/"$/, `+${coding}"`));
    return compressed;
  });
}

/** Removes the suffix of a coding from an entity tag. */
export function withoutCoding(tag: string): string {
  return tag.replace(/\+(?:gzip|br|deflate)"$/, '"');
}

/** The decoders by Content-Encoding (RFC 9110, section 8.4.1). */
const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

type Coding = keyof typeof DECODERS;

/** The accepted codings, for messages and the header Accept-Encoding. */
const ACCEPTED = 'gzip, deflate, br';

/**
 * Decodes bodies with a Content-Encoding, buffered and streamed ones. The body limit applies to both the encoded and the
 * decoded length, and decoding stops at it. An unknown coding is a 415 with Accept-Encoding (contract, section 4).
 */
export function decodeBodies(app: FastifyInstance): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    const name = (request.headers['content-encoding'] ?? '').trim().toLowerCase();
    if (name === '' || name === 'identity' || request.headers['content-length'] === '0') {
      done(null, payload);
      return;
    }
    if (!Object.hasOwn(DECODERS, name)) {
      reply.header('Accept-Encoding', ACCEPTED);
      done(
        unsupported`The Content-Encoding "${name.slice(0, 40)}" of the body is not supported; ${ACCEPTED} are accepted.`,
      );
      return;
    }
    if (request.headers['content-digest'] !== undefined) {
      done(
        unsupported`A body with a Content-Digest can't have a Content-Encoding; a body without one is accepted.`,
      );
      return;
    }
    done(null, decode(payload, name as Coding, bodyLimitOf(request)));
  });
}

/** Returns the maximum size of the request's body in bytes. */
export function bodyLimitOf({ routeOptions: { bodyLimit, config }, headers }: FastifyRequest): number {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return config.bodyLimits?.[type] ?? bodyLimit;
}

/** Returns the error for a body that exceeds its limit in bytes. */
export function bodyTooLarge(limit: number): RequestError {
  return oversized`The body is larger than ${limit} bytes, which is the maximum of this call.`;
}

/** A decoded body. Fastify compares `receivedEncodedLength` with Content-Length. */
interface DecodedBody extends Readable {
  receivedEncodedLength: number;
}

function decode(encoded: Readable, coding: Coding, limit: number): DecodedBody {
  const decoder = DECODERS[coding]();
  // A client that disconnects ends the decoder, and with it the body.
  finished(encoded, { writable: false }, (error) => {
    if (error) decoder.destroy(error);
  });
  const body = Readable.from(chunks(), { objectMode: false }) as DecodedBody;
  body.receivedEncodedLength = 0;
  // Fastify removes its listeners after it rejects a body; a later error must not crash the process.
  body.on('error', () => undefined);
  return body;

  async function* chunks(): AsyncGenerator<Buffer> {
    let length = 0;
    encoded.on('data', (chunk: Buffer) => {
      body.receivedEncodedLength += chunk.length;
    });
    encoded.pipe(decoder);
    try {
      for await (const chunk of decoder as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > limit || body.receivedEncodedLength > limit) throw bodyTooLarge(limit);
        yield chunk;
      }
    } catch (error) {
      // Error codes of zlib: Z_DATA_ERROR, or ERR__ERROR_FORMAT_… for Brotli.
      if (/^(?:Z_|ERR__)/.test((error as NodeJS.ErrnoException).code ?? ''))
        throw invalid`The body is not valid ${coding}, contrary to its Content-Encoding.`;
      throw error;
    } finally {
      encoded.unpipe(decoder);
      decoder.destroy();
    }
  }
}
