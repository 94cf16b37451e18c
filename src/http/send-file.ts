import { create as disposition } from 'content-disposition';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lookup } from 'mime-types';
import parseRange from 'range-parser';
import { invalid, notFound, precondition, unsatisfiable } from '../core/errors.ts';
import type { ByteRange } from '../files/blob-store.ts';
import type { KeptResult } from '../files/files.ts';
import { readTags } from './conditional.ts';

/**
 * Sends a file, or the requested range of it (RFC 9110, sections 13 and 14). A request for several ranges gets the whole
 * file, as the standard allows. Browsers save it and never guess its type.
 *
 * @throws RequestError (unsatisfiable) if the range is outside the file, (precondition) if If-Match is not met
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: KeptResult,
): Promise<FastifyReply> {
  const etag = `"${file.sha256.slice(0, 32)}"`;
  reply.headers({
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    ETag: etag,
    'X-Content-Type-Options': 'nosniff',
  });
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  if (ifMatch !== undefined && !names(ifMatch, etag))
    throw precondition`The condition If-Match is not met by the current version of the file.`;
  if (ifNoneMatch !== undefined && names(ifNoneMatch.replaceAll('W/', ''), etag))
    return reply.code(304).send();
  const range = rangeOf(request, file.bytes, etag);
  if (range === 'outside') {
    reply.header('Content-Range', `bytes */${file.bytes}`);
    throw unsatisfiable`Range is "${request.headers.range?.slice(0, 60) ?? ''}", but the file has ${file.bytes} bytes.`;
  }
  const content = request.method === 'HEAD' ? undefined : await file.open(range);
  if (content === undefined && request.method !== 'HEAD')
    throw notFound`The content of the file "${file.name}" no longer exists.`;
  if (range !== undefined)
    reply.code(206).header('Content-Range', `bytes ${range.start}-${range.end}/${file.bytes}`);
  return reply
    .type(lookup(file.name) || 'application/octet-stream')
    .headers({
      'Content-Disposition': disposition(file.name),
      'Content-Length': range === undefined ? file.bytes : range.end - range.start + 1,
      'Repr-Digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
    })
    .send(content);
}

function names(condition: string, etag: string): boolean {
  return condition.trim() === '*' || (readTags(condition) ?? []).includes(etag);
}

/** The range to send; `undefined` for the whole file. */
function rangeOf(request: FastifyRequest, bytes: number, etag: string): ByteRange | 'outside' | undefined {
  const { range: header, 'if-range': ifRange } = request.headers;
  if (request.method !== 'GET' || header === undefined) return undefined;
  if (ifRange !== undefined && ifRange !== etag) return undefined;
  const ranges = parseRange(bytes, header);
  if (ranges === -1) return header.startsWith('bytes') ? 'outside' : undefined;
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  return ranges[0];
}

/**
 * Reads the SHA-256 of a Content-Digest header (RFC 9530), in hexadecimal.
 *
 * @throws RequestError (invalid) if it has no SHA-256
 */
export function readContentDigest(header: string): string {
  const [, base64] = /(?:^|,)\s*sha-256\s*=\s*:([A-Za-z0-9+/]{43}=):\s*(?:,|$)/i.exec(header) ?? [];
  if (base64 === undefined)
    throw invalid`Content-Digest is "${header.slice(0, 80)}"; sha-256=:<the hash in base64>: is accepted.`;
  return Buffer.from(base64, 'base64').toString('hex');
}
