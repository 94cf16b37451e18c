import { createStore } from './store.ts';

/** The settings of this browser; empty values mean the browser's default. */
export interface Preferences {
  readonly language: string;
  readonly timeZone: string;
  readonly theme: '' | 'light' | 'dark';
  readonly times: 'absolute' | 'relative';
}

const KEY = 'batchline.preferences';
const BROWSERS_OWN: Preferences = { language: '', timeZone: '', theme: '', times: 'absolute' };

/** The languages of the server by their own names. */
export const LANGUAGES: Readonly<Record<string, string>> = {
  en: 'English',
  nb: 'Norsk',
  sv: 'Svenska',
  da: 'Dansk',
  de: 'Deutsch',
  nl: 'Nederlands',
  fr: 'Français',
};

/** The settings of this browser. */
export const preferences = createStore<Preferences>({ ...BROWSERS_OWN, ...readStored<object>(KEY) });

/** Changes and stores settings. */
export function choose(change: Partial<Preferences>): void {
  preferences.set({ ...preferences.get(), ...change });
  writeStored(KEY, preferences.get());
  showTheme();
}

/** Applies the theme; without a choice the style sheet follows the system. */
export function showTheme(): void {
  const { theme } = preferences.get();
  if (theme === '') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** The value of SO-Language: the chosen language or the browser's. */
export function languageHeader(): string {
  return preferences.get().language || navigator.languages.join(', ') || 'en';
}

/** The time zone of the page. */
export function timeZone(): string {
  return preferences.get().timeZone || Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** Reads a stored value; `undefined` if there is none. */
export function readStored<T>(key: string): T | undefined {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '') as T;
  } catch {
    return undefined; // Nothing is stored, or storage is disabled: use the defaults.
  }
}

/** Stores a value in this browser, if it has storage. */
export function writeStored(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage, the value lasts until the page is closed.
  }
}
