import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import Negotiator from 'negotiator';
import { ENGLISH, fallbacks, type LanguageCode, readLanguageCode } from '../../core/language.ts';
import { vary } from '../respond.ts';
import type { Catalogues } from './catalogs.ts';

/** Limits of the headers. Further languages, and the rest of a longer header, are ignored. */
const MAX_LANGUAGES = 20;
const MAX_HEADER_LENGTH = 1000;

/** Values that end the list of languages and disable translation from there on. */
const CANCELS = new Set(['*', 'x']);

/**
 * Reads the requested languages in order of preference, with English last: SO-Language, or else Accept-Language (contract,
 * section 5). `*` and `x` disable translation if they come first, and otherwise end the list. Malformed items are ignored,
 * because browsers write these headers.
 *
 * @returns `undefined` if no language is requested; texts are then not translated
 */
export function languagesOf(headers: IncomingHttpHeaders): readonly LanguageCode[] | undefined {
  const given = headers['so-language'] ?? headers['accept-language'];
  const header = String(given ?? '').slice(0, MAX_HEADER_LENGTH);
  if (header.trim() === '') return undefined;
  const languages: LanguageCode[] = [];
  for (const item of new Negotiator({ headers: { 'accept-language': header } }).languages()) {
    if (CANCELS.has(item.toLowerCase()) || languages.length === MAX_LANGUAGES) break;
    const code = readLanguageCode(item);
    if (code !== undefined) languages.push(code);
  }
  return languages.length === 0 ? undefined : fallbacks(languages);
}

/**
 * Sets Vary, and Content-Language to the first requested language that has texts.
 *
 * @param hasText true if the response has a body with texts
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
