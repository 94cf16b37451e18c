import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Catalogues } from './catalogs.ts';
import { languagesOf, tellLanguage } from './language.ts';
import { type Texts, textsIn } from './texts.ts';
import { type Times, timesOf } from './times.ts';

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
    tellLanguage(reply, languagesOf(request.headers), catalogues, typeof payload === 'string');
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
