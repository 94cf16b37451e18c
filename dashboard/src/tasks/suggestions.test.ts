import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSearch } from '../../../src/core/search/parser.ts';
import { type Known, suggest } from './suggestions.ts';

const KNOWN: Known = {
  definitions: ['csv-import', 'nightly run'],
  owners: ['ada'],
  schedules: [{ text: '7', detail: 'Nightly' }],
  describe: (_, value = '') => (value === 'failed' ? 'Fehlgeschlagen' : value),
};
const texts = (text: string) => suggest(text, text.length, KNOWN).options.map((option) => option.text);

describe('suggestions', () => {
  test.each([
    ['sta', ['state:', 'started:', 'state:started ']],
    ['-du', ['due:']],
    ['fehl', ['state:failed ']],
    ['csv', ['definition:csv-import ']],
    ['a state:fail', ['failed ']],
    ['state:new,stop', ['stopped ']],
    ['owner:', ['me ', 'system ', 'ada ']],
    ['definition:night', ['"nightly run" ']],
    ['definition:"nightly r', ['"nightly run" ']],
    ['waits:pa', ['paused ']],
    ['stopped:', ['yes ', 'no ']],
    ['created:this', ['this-week ', 'this-month ']],
    ['id:', []],
    ['schedule:', ['7 ']],
    ['schedule:night', ['7 ']],
    ['foo:', []],
    ['"sta', []],
  ])('%s', (text, expected) => {
    expect(texts(text)).toEqual(expected);
  });

  test('start with the qualifiers, and make a search that is accepted', () => {
    expect(texts('').slice(0, 3)).toEqual(['definition:', 'state:', 'owner:']);
    fc.assert(
      fc.property(
        fc.constantFrom('', 'a ', '-', 'state:new '),
        fc.string({ maxLength: 8 }),
        (before, word) => {
          const text = `${before}${word}`;
          const { from, to, options } = suggest(text, text.length, KNOWN);
          for (const option of options.filter((each) => each.text.endsWith(' '))) {
            const completed = `${text.slice(0, from)}${option.text}${text.slice(to)}`;
            if (parseSearch(text.slice(0, from)).problem === undefined)
              expect(parseSearch(completed).problem).toBeUndefined();
          }
        },
      ),
    );
  });
});
