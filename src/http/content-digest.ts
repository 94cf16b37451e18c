import { invalid } from '../core/errors.ts';

/**
 * The SHA-256 of a Content-Digest header (RFC 9530), in hex.
 *
 * @throws RequestError (invalid) where it names none
 */
export function readContentDigest(header: string): string {
  const [, base64] = /(?:^|,)\s*sha-256\s*=\s*:([A-Za-z0-9+/]{43}=):\s*(?:,|$)/i.exec(header) ?? [];
  if (base64 === undefined)
    throw invalid`Content-Digest is "${header.slice(0, 80)}"; sha-256=:<the hash in base64>: is accepted.`;
  return Buffer.from(base64, 'base64').toString('hex');
}
