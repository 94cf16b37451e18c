import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  chooseText,
  fallbacks,
  type LanguageCode,
  parseMultiLanguageText,
  replaceReferences,
} from '../../core/language.ts';
import { formatMessage, inEnglish, type MessageData } from '../../core/message.ts';
import { findTimeZone, UTC } from '../../core/time-zone.ts';
import type { NoticeReaders } from '../../events/notice-text.ts';
import type { Catalogues } from './catalogs.ts';
import { type Culture, cultureIn, languagesOf, setLanguageHeaders } from './culture.ts';
import { type Times, timesOf } from './times.ts';

/** Translates texts for a caller. */
export interface Texts {
  /**
   * Translates a stored text. Returns it unchanged if the caller requested no language.
   *
   * @param message the message that was stored beside the text, if it is one of the server's
   */
  text(stored: string, message?: MessageData | null): string;
  /** Formats a message in the caller's language, or in English. */
  message(message: MessageData): string;
}

const RAW: Texts = { text: (stored) => stored, message: inEnglish };

/**
 * Creates the translation of texts to these languages; `undefined` returns texts unchanged (contract, section 5).
 *
 * @param culture the format of numbers and times inside messages
 */
export function textsIn(
  languages: readonly LanguageCode[] | undefined,
  catalogues: Catalogues,
  culture: Culture | undefined,
): Texts {
  if (languages === undefined) return RAW;
  const message = (data: MessageData): string =>
    formatMessage(data, {
      template: (english) => catalogues.template(english, languages),
      number: (value) => culture?.number(value) ?? String(value),
      moment: (value) => culture?.dateTime(value) ?? value.toISOString(),
    });
  return {
    message,
    text(stored, storedMessage) {
      if (storedMessage != null) return message(storedMessage);
      const texts = parseMultiLanguageText(stored);
      const chosen = texts === undefined ? stored : chooseText(texts, languages);
      return replaceReferences(chosen, (name) => catalogues.resource(name, languages));
    },
  };
}

/** Returns the readers of notifications, whose language and time zone are stored instead of sent with a request. */
export function noticeReadersOf(catalogues: Catalogues): NoticeReaders {
  return (language, timeZone) => {
    const languages = fallbacks([language]);
    const culture = cultureIn(languages, findTimeZone(timeZone) ?? UTC);
    const texts = textsIn(languages, catalogues, culture);
    return { ...texts, language, duration: (seconds) => culture.duration(seconds) };
  };
}

/** The caller's formats of texts and times (contract, section 5). All texts and times in responses pass through it. */
export interface Locale extends Texts, Times {}

declare module 'fastify' {
  interface FastifyInstance {
    /** The texts of every language. */
    catalogues: Catalogues;
  }
}

/** Registers the catalogues for `localeOf`, and sets the language headers of responses. */
export function registerLocales(app: FastifyInstance, catalogues: Catalogues): void {
  app.decorate('catalogues', catalogues);
  app.addHook('onSend', (request, reply, payload, done) => {
    setLanguageHeaders(reply, languagesOf(request.headers), catalogues, typeof payload === 'string');
    done();
  });
}

const locales = new WeakMap<FastifyRequest, Locale>();

/** The locale of the caller of this request. */
export function localeOf(request: FastifyRequest): Locale {
  let locale = locales.get(request);
  if (locale === undefined) {
    const times = timesOf(request);
    const texts = textsIn(languagesOf(request.headers), request.server.catalogues, times.culture);
    locale = { ...texts, ...times };
    locales.set(request, locale);
  }
  return locale;
}
