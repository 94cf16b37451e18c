import { finished, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { invalid, oversized, unsupported } from '../../core/errors.ts';

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
    done(null, decode(payload, name as Coding, request.routeOptions.bodyLimit));
  });
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
        if (length > limit || body.receivedEncodedLength > limit) throw oversized`Request body is too large`;
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
