import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { languageHeader, preferences } from './preferences.ts';
import { useStore } from './store.ts';

/** A template tag that translates a text. The English template is the key of its translations. */
export type Tell = (parts: TemplateStringsArray, ...values: readonly (string | number)[]) => string;

interface Texts {
  readonly language: string;
  /** The language with its country, as in the browser, to format numbers and times. */
  readonly locale: string;
  readonly t: Tell;
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
  return {
    language: Language,
    locale: navigator.languages.find((each) => each.split('-')[0] === Language) ?? Language,
    t: (parts, ...values) => {
      const template = parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`);
      const told = Messages[template] ?? template;
      return told.replace(/\{(\d+)\}/g, (_, place) => String(values[Number(place)]));
    },
    resource: (name) => Resources[name],
  };
}

/** Loads the texts of the user's language before it shows its children; without a server they are English. */
export function TextsProvider({ children }: { children: ReactNode }): ReactNode {
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
  return texts === undefined ? null : <TextsContext value={texts}>{children}</TextsContext>;
}

/** The texts of the user's language. */
export function useTexts(): Texts {
  return useContext(TextsContext);
}
