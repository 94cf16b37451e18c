import { createStore } from './store.ts';

/** What somebody has chosen in this browser; an empty text leaves it to the browser. */
export interface Preferences {
  readonly language: string;
  readonly timeZone: string;
  readonly theme: '' | 'light' | 'dark';
}

const KEY = 'batchline.preferences';
const BROWSERS_OWN: Preferences = { language: '', timeZone: '', theme: '' };

/** The languages that the server has texts in, by the name that their readers know them by. */
export const LANGUAGES: Readonly<Record<string, string>> = {
  en: 'English',
  nb: 'Norsk',
  sv: 'Svenska',
  da: 'Dansk',
  de: 'Deutsch',
  nl: 'Nederlands',
  fr: 'Français',
};

/** The choices of this browser. */
export const preferences = createStore<Preferences>({ ...BROWSERS_OWN, ...readStored<object>(KEY) });

/** Keeps a choice. */
export function choose(change: Partial<Preferences>): void {
  preferences.set({ ...preferences.get(), ...change });
  writeStored(KEY, preferences.get());
  showTheme();
}

/** Gives the page the chosen look; without a choice the style sheet follows the system. */
export function showTheme(): void {
  const { theme } = preferences.get();
  if (theme === '') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** What SO-Language says: the choice, else the browser's languages. */
export function languageHeader(): string {
  return preferences.get().language || navigator.languages.join(', ') || 'en';
}

/** The zone that times are shown in. */
export function timeZone(): string {
  return preferences.get().timeZone || Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** Reads what was kept in this browser; `undefined` where nothing readable was. */
export function readStored<T>(key: string): T | undefined {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '') as T;
  } catch {
    return undefined; // Nothing was kept, or the browser keeps nothing: both are as if nobody had chosen.
  }
}

/** Keeps something in this browser, where it lets us. */
export function writeStored(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing still shows the choice until the page is left.
  }
}
