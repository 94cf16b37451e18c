import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCsv, toCsv } from './csv.ts';

describe('CSV', () => {
  test('quotes what needs it, and disarms formulas', () => {
    expect(
      toCsv([
        ['a', 1, 'x,y'],
        ['=1+1', -2, 'say "hi"\nnow'],
      ]),
    ).toBe('a,1,"x,y"\r\n\'=1+1,-2,"say ""hi""\nnow"\r\n');
  });

  test('is read as it was written', () => {
    // Lone carriage returns end up as they are; formulas are changed on purpose, and empty lines are no records.
    const text = fc.string().filter((each) => !/^[=+\-@\t\r]/.test(each));
    const rows = fc.array(fc.tuple(fc.constant('id'), text, text), { minLength: 1 });
    fc.assert(
      fc.property(rows, (written) => {
        expect(parseCsv(toCsv(written), ',')).toEqual(written);
      }),
    );
  });

  test.each([
    [
      'a;b\n1;"x;y"\n',
      ';',
      [
        ['a', 'b'],
        ['1', 'x;y'],
      ],
    ],
    [
      'a,b\r\n\r\n1,2',
      ',',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\n1,',
      ',',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    ['"a\nb",c', ',', [['a\nb', 'c']]],
    ['', ',', []],
  ])('%j with %j', (text, delimiter, records) => {
    expect(parseCsv(text, delimiter)).toEqual(records);
  });
});
