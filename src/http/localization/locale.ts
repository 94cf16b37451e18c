import type { FastifyInstance, FastifyRequest } from 'fastify';
import { writeDate } from '../wire/dates.ts';
import type { Catalogues } from './catalogues.ts';
import { languagesOf, tellLanguage } from './language.ts';
import { type Texts, textsIn } from './texts.ts';

/** How a caller wants texts and times (contract, section 5). Everything that is written for a caller passes through it. */
export interface Locale extends Texts {
  /** A time on the wire, in the caller's zone; a time that was never set where it is null. */
  date(date: Date | null): string;
  /** A time that is on the wire in UTC whatever the zone (`Created`). */
  utcDate(date: Date): string;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The texts of every language. */
    catalogues: Catalogues;
  }
}

/** Makes `localeOf` know the catalogues, and the answers tell their language. */
export function registerLocales(app: FastifyInstance, catalogues: Catalogues): void {
  app.decorate('catalogues', catalogues);
  app.addHook('onSend', async (request, reply, payload) => {
    tellLanguage(reply, languagesOf(request.headers), catalogues, typeof payload === 'string');
  });
}

const locales = new WeakMap<FastifyRequest, Locale>();

/** How the caller of this request wants texts and times. */
export function localeOf(request: FastifyRequest): Locale {
  let locale = locales.get(request);
  if (locale === undefined) {
    const texts = textsIn(languagesOf(request.headers), request.server.catalogues);
    locale = { ...texts, date: writeDate, utcDate: writeDate };
    locales.set(request, locale);
  }
  return locale;
}
