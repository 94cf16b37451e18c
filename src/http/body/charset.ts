import { isUtf8 } from 'node:buffer';
import { malformed, unsupported } from '../../core/errors.ts';

/** How the bytes of each charset become text; `undefined` where they are none. */
const DECODERS: Readonly<Record<string, (bytes: Buffer) => string | undefined>> = {
  'utf-8': decodeUtf8,
  utf8: decodeUtf8,
  // Bytes past ASCII are refused only where they are no UTF-8 either.
  'us-ascii': decodeUtf8,
  ascii: decodeUtf8,
  'iso-8859-1': (bytes) => bytes.toString('latin1'),
  'windows-1252': (bytes) => decode('windows-1252', bytes),
  'utf-16': (bytes) => decode(bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-16le', bytes),
  'utf-16le': (bytes) => decode('utf-16le', bytes),
  'utf-16be': (bytes) => decode('utf-16be', bytes),
};

/** The charsets of bodies that are read, for messages. */
const CHARSETS = 'utf-8, us-ascii, iso-8859-1, windows-1252, utf-16, utf-16le and utf-16be';

/** The charset that a Content-Type names, in lower case; `undefined` where it names none. */
export function charsetOf(contentType: string): string | undefined {
  const match = /;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))/i.exec(contentType);
  return (match?.[1] ?? match?.[2])?.trim().toLowerCase();
}

/**
 * The text of a body, without a byte order mark.
 *
 * @param charset UTF-8 where it is absent
 * @throws RequestError (unsupported) if the charset is not supported, (malformed) if the bytes are not valid in it
 */
export function decodeBody(bytes: Buffer, charset = 'utf-8'): string {
  const decoder = Object.hasOwn(DECODERS, charset) ? DECODERS[charset] : undefined;
  if (decoder === undefined) {
    throw unsupported`The charset "${charset.slice(0, 40)}" of the body is not read; ${CHARSETS} are accepted.`;
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
