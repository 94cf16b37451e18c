import { describe, expect, test } from 'vitest';
import { placeholdersOf, SHIPPED_CATALOGUES } from '../../src/http/i18n/catalogs.ts';
import { messageTemplates, templatesOf } from '../support/message-templates.ts';

const templates = messageTemplates();
const resources = Object.keys(SHIPPED_CATALOGUES.en?.resources ?? {});
const translated = Object.entries(SHIPPED_CATALOGUES).filter(([language]) => language !== 'en');

/** Lines to paste into a catalogue. */
const toFill = (names: readonly string[]): string =>
  names.map((name) => `    ${JSON.stringify(name)}: "",`).join('\n');

test('templates are found in nested and plain messages, with any values', () => {
  const code =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source code
    'throw invalid`a ${f(`x ${message`b ${1}`}`)} c`; const t = other`no`; const u: string = message`d\\n`.toString(); message`${u}`;';
  expect(templatesOf(code)).toEqual(['a {0} c', 'b {0}', 'd\n']);
  expect(templates.size).toBeGreaterThan(100);
});

describe.each(translated)('src/http/i18n/catalogs/%s.json', (language, catalogue) => {
  const { messages = {}, earlier = {} } = catalogue;

  test('has every message', () => {
    const lacking = [...templates.keys()].filter((template) => !messages[template]).sort();
    if (lacking.length > 0)
      expect.fail(`Add to "messages" of ${language}.json and translate:\n${toFill(lacking)}`);
  });

  test('has no message that the sources no longer have', () => {
    const stale = Object.keys(messages).filter((template) => !templates.has(template));
    expect(stale, `Remove from "messages" of ${language}.json`).toEqual([]);
  });

  test('has the stored messages of earlier releases, as the other languages', () => {
    expect(Object.keys(earlier)).toEqual(Object.keys(SHIPPED_CATALOGUES.de?.earlier ?? {}));
    expect(Object.keys(earlier).filter((template) => templates.has(template))).toEqual([]);
    expect(Object.keys(earlier)).toContain('Handed back by its worker.');
  });

  test('has the places of each template, each once or more', () => {
    for (const [template, translation] of Object.entries({ ...messages, ...earlier })) {
      const places = (text: string) => [...new Set(placeholdersOf(text))].sort();
      expect(places(translation), `${template} → ${translation}`).toEqual(places(template));
    }
  });

  test('has every resource, and no other', () => {
    const present = Object.keys(catalogue.resources ?? {});
    expect(present.sort(), `The names are those of en.json`).toEqual([...resources].sort());
    for (const text of Object.values(catalogue.resources ?? {})) expect(text).not.toBe('');
  });

  test('is in the order of its keys, so that two changes meet in different lines', () => {
    expect(Object.keys(messages)).toEqual(Object.keys(messages).sort());
  });
});
