import type { LanguageCode } from '../../core/language.ts';
import { inEnglish, type MessageData, tell } from '../../core/message.ts';
import { chooseText, parseMultiLanguageText, replaceReferences } from '../../core/multi-language-text.ts';
import type { Catalogues } from './catalogs.ts';
import type { Culture } from './culture.ts';

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
  const message = (told: MessageData): string =>
    tell(told, {
      template: (english) => catalogues.template(english, languages),
      number: (value) => culture?.number(value) ?? String(value),
      moment: (value) => culture?.dateTime(value) ?? value.toISOString(),
    });
  return {
    message,
    text(stored, kept) {
      if (kept != null) return message(kept);
      const texts = parseMultiLanguageText(stored);
      const chosen = texts === undefined ? stored : chooseText(texts, languages);
      return replaceReferences(chosen, (name) => catalogues.resource(name, languages));
    },
  };
}
