import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { formatMessage, type MessageData, type MessageFormat } from '../../src/core/message.ts';
import { languageHeader, preferences } from './preferences.ts';
import { useStore } from './store.ts';

/** A template tag that translates a text. The English template is the key of its translations. */
export type Tell = (parts: TemplateStringsArray, ...values: readonly (string | number)[]) => string;

interface Texts {
  readonly language: string;
  /** The language with its country, as in the browser, to format numbers and times. */
  readonly locale: string;
  readonly t: Tell;
  /** The text of a message of the server's rules, which the page applies too. */
  readonly say: (message: MessageData) => string;
  /** The text of a resource such as `SR_BATCH_STATE_NEW`; `undefined` if there is none. */
  readonly resource: (name: string) => string | undefined;
}

interface Catalogue {
  readonly Language: string;
  readonly Messages: Readonly<Record<string, string>>;
  readonly Resources: Readonly<Record<string, string>>;
}

const EMPTY: Catalogue = { Language: 'en', Messages: {}, Resources: {} };
const TextsContext = createContext<Texts>(textsOf(EMPTY));

function textsOf({ Language, Messages, Resources }: Catalogue): Texts {
  const locale = navigator.languages.find((each) => each.split('-')[0] === Language) ?? Language;
  const format: MessageFormat = {
    template: (english) => Messages[english] ?? english,
    number: (value) => new Intl.NumberFormat(locale).format(value),
    moment: (value) =>
      new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(value),
  };
  return {
    language: Language,
    locale,
    say: (message) => formatMessage(message, format),
    t: (parts, ...values) => {
      const template = parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`);
      const told = Messages[template] ?? template;
      return told.replace(/\{(\d+)\}/g, (_, place) => String(values[Number(place)]));
    },
    resource: (name) => Resources[name],
  };
}

/**
 * Loads the texts of the user's language before it shows its children; without a server they are English.
 *
 * @param loading shown until then
 */
export function TextsProvider({ loading, children }: { loading: ReactNode; children: ReactNode }): ReactNode {
  const { language } = useStore(preferences);
  const [texts, setTexts] = useState<Texts>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the header depends on the choice
  useEffect(() => {
    let current = true;
    fetch('/api/v1/Texts', { headers: { 'SO-Language': languageHeader() } })
      .then((answer) => (answer.ok ? (answer.json() as Promise<Catalogue>) : EMPTY))
      .catch(() => EMPTY)
      .then((catalogue) => {
        if (!current) return;
        document.documentElement.lang = catalogue.Language;
        setTexts(textsOf(catalogue));
      });
    return () => {
      current = false;
    };
  }, [language]);
  return texts === undefined ? loading : <TextsContext value={texts}>{children}</TextsContext>;
}

/** The texts of the user's language. */
export function useTexts(): Texts {
  return useContext(TextsContext);
}
