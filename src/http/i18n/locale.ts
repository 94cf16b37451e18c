import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  chooseText,
  type LanguageCode,
  parseMultiLanguageText,
  replaceReferences,
} from '../../core/language.ts';
import { formatMessage, inEnglish, type MessageData } from '../../core/message.ts';
import type { Catalogues } from './catalogs.ts';
import type { Culture } from './culture.ts';
import { languagesOf, setLanguageHeaders } from './language.ts';
import { type Times, timesOf } from './times.ts';

/** How texts are told to a caller. */
export interface Texts {
  /**
   * A stored text: raw where the caller asked for no language.
   *
   * @param message the message that was kept beside it, where it is one of our own
   */
  text(stored: string, message?: MessageData | null): string;
  /** A message of our own. */
  message(message: MessageData): string;
}

const RAW: Texts = { text: (stored) => stored, message: inEnglish };

/**
 * How texts are told in these languages; `undefined` returns them raw (contract, section 5).
 *
 * @param culture how numbers and times inside messages are written
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

/** How a caller wants texts and times (contract, section 5). Everything that is written for a caller passes through it. */
export interface Locale extends Texts, Times {}

declare module 'fastify' {
  interface FastifyInstance {
    /** The texts of every language. */
    catalogues: Catalogues;
  }
}

/** Makes `localeOf` know the catalogues, and the answers tell their language. */
export function registerLocales(app: FastifyInstance, catalogues: Catalogues): void {
  app.decorate('catalogues', catalogues);
  app.addHook('onSend', (request, reply, payload, done) => {
    setLanguageHeaders(reply, languagesOf(request.headers), catalogues, typeof payload === 'string');
    done();
  });
}

const locales = new WeakMap<FastifyRequest, Locale>();

/** How the caller of this request wants texts and times. */
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
