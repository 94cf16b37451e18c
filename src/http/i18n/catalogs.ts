import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getNodeValue, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { OperatorError } from '../../core/errors.ts';
import { ENGLISH, type LanguageCode, readLanguageCode } from '../../core/language.ts';
import da from './catalogs/da.json' with { type: 'json' };
import de from './catalogs/de.json' with { type: 'json' };
import en from './catalogs/en.json' with { type: 'json' };
import fr from './catalogs/fr.json' with { type: 'json' };
import nb from './catalogs/nb.json' with { type: 'json' };
import nl from './catalogs/nl.json' with { type: 'json' };
import sv from './catalogs/sv.json' with { type: 'json' };

/** The texts of one language, as in its file. */
export interface Catalogue {
  /** Translations by English template. */
  readonly messages?: Readonly<Record<string, string>>;
  /** The texts of `[SR_…]` references, by name. */
  readonly resources?: Readonly<Record<string, string>>;
  /** As `messages`, for templates of earlier releases that the database may contain. */
  readonly earlier?: Readonly<Record<string, string>>;
}

/** The catalogues that ship with the server. English has resources only, because its messages are the templates. */
export const SHIPPED_CATALOGUES: Readonly<Record<LanguageCode, Catalogue>> = { en, nb, sv, da, de, nl, fr };

/** The texts of all languages: the shipped catalogues, with those of the user on top. */
export class Catalogues {
  readonly #messages = new Map<LanguageCode, Map<string, string>>();
  readonly #resources = new Map<LanguageCode, Map<string, string>>();
  readonly #earlier = new Map<LanguageCode, Map<string, string>>();

  constructor() {
    for (const [language, catalogue] of Object.entries(SHIPPED_CATALOGUES)) this.add(language, catalogue);
  }

  /** Adds texts of a language, which override existing ones. */
  add(language: LanguageCode, { messages = {}, resources = {}, earlier = {} }: Catalogue): void {
    merge(this.#messages, language, Object.entries(messages));
    merge(this.#earlier, language, Object.entries(earlier));
    merge(
      this.#resources,
      language,
      Object.entries(resources).map(([name, text]) => [name.toUpperCase(), text]),
    );
  }

  /** True if there are texts in this language. */
  has(language: LanguageCode): boolean {
    return this.#messages.has(language) || this.#resources.has(language);
  }

  /**
   * The translation of a template in the first language that has one. In English it is the template itself, unless a
   * catalogue overrides it.
   *
   * @param languages from `fallbacks`
   */
  template(template: string, languages: readonly LanguageCode[]): string {
    for (const language of languages) {
      const text = this.#messages.get(language)?.get(template) ?? this.#earlier.get(language)?.get(template);
      if (text !== undefined) return text;
      if (language === ENGLISH) break;
    }
    return template;
  }

  /** All messages and resources, each in the first of the languages that has it. English messages are the templates. */
  all(languages: readonly LanguageCode[]): { Messages: object; Resources: object } {
    const untilEnglish = languages.slice(0, languages.indexOf(ENGLISH) + 1 || undefined).reverse();
    const merged = (kept: Map<LanguageCode, Map<string, string>>, order: readonly LanguageCode[]): object =>
      Object.fromEntries(order.flatMap((language) => [...(kept.get(language) ?? [])]));
    return {
      Messages: merged(this.#messages, untilEnglish),
      Resources: merged(this.#resources, [...this.#resources.keys(), ...[...languages].reverse()]),
    };
  }

  /** A resource in the first language that has it, else in any language; `undefined` if none has it. */
  resource(name: string, languages: readonly LanguageCode[]): string | undefined {
    for (const language of [...languages, ...this.#resources.keys()]) {
      const text = this.#resources.get(language)?.get(name);
      if (text !== undefined) return text;
    }
    return undefined;
  }
}

function merge(
  into: Map<LanguageCode, Map<string, string>>,
  language: LanguageCode,
  texts: readonly [string, string][],
): void {
  const present = into.get(language) ?? new Map<string, string>();
  for (const [key, text] of texts) present.set(key, text);
  if (present.size > 0) into.set(language, present);
}

const SECTIONS = ['messages', 'resources'] as const;
const ACCEPTED =
  '{ "messages": { "English template": "translation" }, "resources": { "SR_NAME": "text" } } is accepted';

/**
 * Loads the shipped catalogues, and every `<language>.json` of the folder on top.
 *
 * @throws OperatorError `SETTINGS_INVALID` with the file, line and column of each invalid catalogue
 */
export async function loadCatalogues(folder: string | undefined): Promise<Catalogues> {
  const catalogues = new Catalogues();
  if (folder === undefined) return catalogues;
  const problems: string[] = [];
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new OperatorError('SETTINGS_INVALID', [
      `BATCHLINE_CATALOGUES is "${folder}", which can't be read (${error.code}).`,
    ]);
  });
  for (const name of names.filter((one) => one.toLowerCase().endsWith('.json')).sort()) {
    const path = join(folder, name);
    const language = readLanguageCode(name.slice(0, -'.json'.length));
    if (language === undefined) {
      problems.push(
        `BATCHLINE_CATALOGUES: ${path}: the name is not a language; nb.json or en-gb.json is accepted.`,
      );
      continue;
    }
    const read = readCatalogue(await readFile(path, 'utf8'));
    if ('problem' in read) problems.push(`BATCHLINE_CATALOGUES: ${path}:${read.problem}`);
    else catalogues.add(language, read.catalogue);
  }
  if (problems.length > 0) throw new OperatorError('SETTINGS_INVALID', problems);
  return catalogues;
}

/** Parses a catalogue, or returns the problem as `line:column: problem`. */
export function readCatalogue(
  text: string,
): { readonly catalogue: Catalogue } | { readonly problem: string } {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const at = (offset: number, problem: string) => ({ problem: `${position(json, offset)}: ${problem}.` });
  const errors: ParseError[] = [];
  const root = parseTree(json, errors, { disallowComments: true });
  const [error] = errors;
  if (error !== undefined) return at(error.offset, `it is not JSON (${printParseErrorCode(error.error)})`);
  if (root?.type !== 'object') return at(root?.offset ?? 0, `it is not a catalogue; ${ACCEPTED}`);
  const sections: Record<string, Record<string, string>> = {};
  for (const property of root.children ?? []) {
    const [key, section] = property.children ?? [];
    if (key === undefined || section === undefined || !SECTIONS.includes(key.value)) {
      return at(property.offset, `"${String(key?.value)}" is not a section of a catalogue; ${ACCEPTED}`);
    }
    if (section.type !== 'object') return at(section.offset, `${key.value} is not an object; ${ACCEPTED}`);
    for (const entry of section.children ?? []) {
      const [name, value] = entry.children ?? [];
      if (name === undefined || value?.type !== 'string') {
        return at((value ?? entry).offset, `"${String(name?.value)}" has no text; a string is accepted`);
      }
      const unknown = placeholdersOf(value.value).find(
        (placeholder) => !placeholdersOf(name.value).includes(placeholder),
      );
      if (key.value === 'messages' && unknown !== undefined) {
        return at(value.offset, `the translation has ${unknown}, which its template does not have`);
      }
      if (key.value === 'resources' && !/^SR_[A-Z0-9_]+$/i.test(name.value)) {
        return at(
          name.offset,
          `"${name.value}" is not the name of a resource; SR_ followed by letters, digits and _ is accepted`,
        );
      }
    }
    sections[key.value] = getNodeValue(section) as Record<string, string>;
  }
  return { catalogue: sections };
}

/** The placeholders of a template: `{0}`, `{1}`, … */
export function placeholdersOf(template: string): string[] {
  return template.match(/\{\d+\}/g) ?? [];
}

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
