import cronstrue from 'cronstrue';
import { useEffect, useState } from 'react';
import { useTexts } from '../texts.tsx';

/** The modules of the languages other than English. Each adds itself to `cronstrue`. */
const LANGUAGES: Readonly<Record<string, () => Promise<unknown>>> = {
  da: () => import('cronstrue/locales/da.min.js'),
  de: () => import('cronstrue/locales/de.min.js'),
  fr: () => import('cronstrue/locales/fr.min.js'),
  nb: () => import('cronstrue/locales/nb.min.js'),
  nl: () => import('cronstrue/locales/nl.min.js'),
  sv: () => import('cronstrue/locales/sv.min.js'),
};

/** The nicknames of expressions, as the server reads them (docs/control.md). */
const NICKNAMES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/** Loads the words of a language. */
export async function loadCronWords(language: string): Promise<void> {
  await LANGUAGES[language]?.();
}

/** Describes a cron expression in a loaded language; empty if it can't be described. */
export function describeCron(cron: string, language: string): string {
  const expression = NICKNAMES[cron.trim().toLowerCase()] ?? cron;
  try {
    return cronstrue.toString(expression, {
      locale: language in LANGUAGES ? language : 'en',
      use24HourTimeFormat: true,
    });
  } catch {
    return ''; // The server says what is wrong with it.
  }
}

/** Returns a function that describes cron expressions in the user's language. */
export function useCronWords(): (cron: string) => string {
  const { language } = useTexts();
  const [loaded, setLoaded] = useState('en');
  useEffect(() => {
    let isCurrent = true;
    loadCronWords(language).then(
      () => isCurrent && setLoaded(language),
      () => undefined, // English remains.
    );
    return () => {
      isCurrent = false;
    };
  }, [language]);
  return (cron) => describeCron(cron, loaded);
}
