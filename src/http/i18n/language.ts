import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import Negotiator from 'negotiator';
import { ENGLISH, fallbacks, type LanguageCode, readLanguageCode } from '../../core/language.ts';
import { vary } from '../respond.ts';
import type { Catalogues } from './catalogs.ts';

/** More languages than anybody reads; the rest of a longer header is not looked at. */
const MAX_LANGUAGES = 20;
const MAX_HEADER_LENGTH = 1000;

/** Ends the languages that a caller asks for: from here on nothing is translated. */
const CANCELS = new Set(['*', 'x']);

/**
 * The languages that a caller asks for, in the order to look for them, English at the end: SO-Language, or
 * Accept-Language where there is none (contract, section 5). `*` and `x` cancel translation where they are the
 * most preferred, and end the list elsewhere. Browsers write these headers, so what is malformed in one is
 * passed over.
 *
 * @returns `undefined` where none is asked for: texts are returned raw
 */
export function languagesOf(headers: IncomingHttpHeaders): readonly LanguageCode[] | undefined {
  const given = headers['so-language'] ?? headers['accept-language'];
  const header = String(given ?? '').slice(0, MAX_HEADER_LENGTH);
  if (header.trim() === '') return undefined;
  const asked: LanguageCode[] = [];
  for (const item of new Negotiator({ headers: { 'accept-language': header } }).languages()) {
    if (CANCELS.has(item.toLowerCase()) || asked.length === MAX_LANGUAGES) break;
    const code = readLanguageCode(item);
    if (code !== undefined) asked.push(code);
  }
  return asked.length === 0 ? undefined : fallbacks(asked);
}

/**
 * Tells caches and clients what an answer's language depends on, and what it is: of those that were asked for,
 * the first that there are texts in.
 *
 * @param hasText whether the answer has a body with texts
 */
export function setLanguageHeaders(
  reply: FastifyReply,
  languages: readonly LanguageCode[] | undefined,
  catalogues: Catalogues,
  hasText: boolean,
): void {
  vary(reply, 'SO-Language', 'Accept-Language');
  if (languages === undefined || !hasText) return;
  reply.header('Content-Language', languages.find((language) => catalogues.has(language)) ?? ENGLISH);
}
