import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzing, refusalOr } from '../../../test/support/fuzz.ts';
import { Refusal } from '../../domain/errors.ts';
import { CarrierReader } from '../wire/carrier-reader.ts';
import { charsetOf, decodeBody } from './charset.ts';
import { readForm } from './form-reader.ts';
import { DEEPEST_NESTING, readJson } from './json-reader.ts';

const { options, timeout } = fuzzing();

describe('JSON', () => {
  test.each([
    ['{"a":x}', "Unexpected token 'x'", 'position 5 (line 1, column 6)'],
    ['{\n"a": nul}', 'position 7 (line 2, column 6)'],
    ['[1,2,', 'position 5 (line 1, column 6)'],
    ['{"a":1}}', 'position 7'],
    ['{"a" 1}', 'position 5'],
    ["{'a':1}", 'position 1'],
  ])('%j is refused with the position', (text, ...says) => {
    for (const part of says) expect(() => readJson(text)).toThrow(part);
  });

  test('nesting is limited, brackets in strings are none', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(readJson(nested(DEEPEST_NESTING))).toEqual(JSON.parse(nested(DEEPEST_NESTING)));
    expect(() => readJson(nested(DEEPEST_NESTING + 1))).toThrow('position 64');
    expect(() => readJson('{"a":'.repeat(200_000))).toThrow('nested deeper');
    const text = JSON.stringify({ a: '[{"\\'.repeat(100), b: `\\"${'['.repeat(100)}` });
    expect(readJson(text)).toEqual(JSON.parse(text));
  });

  test(
    'any JSON is read as it is, or refused for its depth',
    () => {
      fc.assert(
        fc.property(fc.json({ maxDepth: 70 }), (text) => {
          const read = refusalOr(() => readJson(text));
          if (!(read instanceof Refusal)) expect(read).toEqual(JSON.parse(text));
        }),
        options,
      );
    },
    timeout,
  );

  test(
    'any text is read or refused',
    () => {
      const anyJson = fc
        .array(
          fc.oneof(
            fc.constantFrom(
              '{',
              '}',
              '[',
              ']',
              ',',
              ':',
              '"',
              '\\',
              '1',
              '-',
              'e',
              'null',
              'true',
              '\n',
              '//',
            ),
            fc.string({ unit: 'binary', maxLength: 5 }),
          ),
          { maxLength: 40 },
        )
        .map((parts) => parts.join(''));
      fc.assert(
        fc.property(anyJson, (text) => void refusalOr(() => readJson(text))),
        options,
      );
    },
    timeout,
  );
});

describe('forms', () => {
  test('fields, dictionaries and lists', () => {
    const carrier = new CarrierReader(
      readForm(
        'NAME=a+b%20c&Id=+7&issystemtask=TRUE&AssociateIds=1&AssociateIds=2,3&ParameterObject[a]=1&ParameterObject[b]=%26&Description=&State=5',
      ),
      'The body',
    );
    expect(carrier.text('Name')).toBe('a b c');
    expect(carrier.int('Id')).toBe(7);
    expect(carrier.flag('IsSystemTask')).toBe(true);
    expect(carrier.ints('AssociateIds')).toEqual([1, 2, 3]);
    expect({ ...carrier.dictionary('ParameterObject') }).toEqual({ a: '1', b: '&' });
    expect(carrier.text('Description')).toBe('');
    expect(carrier.state('State')).toBe('Failed');
    expect(carrier.text('Response')).toBeUndefined();
  });

  test('a dictionary may be JSON', () => {
    const carrier = new CarrierReader(readForm('P=%7B%22a%22%3A1%7D'), 'The body');
    expect(carrier.dictionary('P')).toEqual({ a: 1 });
  });

  test.each([
    ['a=%', 'position 0'],
    ['a=1&b=%zz', 'position 4'],
    ['a=%ff', 'position 0'],
    ['a=1&a[b]=2', 'both'],
    [`${'a=1&'.repeat(1001)}`, 'more than 1000 fields'],
  ])('%.30j is refused', (text, says) => {
    expect(() => readForm(text)).toThrow(says);
  });

  test(
    'any fields come back',
    () => {
      const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[[\]]/.test(text));
      fc.assert(
        fc.property(fc.dictionary(name, fc.string({ unit: 'grapheme' }), { maxKeys: 8 }), (fields) => {
          const read = readForm(new URLSearchParams(Object.entries(fields)).toString()) as Record<
            string,
            unknown
          >;
          expect(Object.entries(read).sort()).toEqual(Object.entries(fields).sort());
        }),
        options,
      );
    },
    timeout,
  );

  test(
    'any text is read or refused, and so is every property of it',
    () => {
      const anyForm = fc
        .array(
          fc.oneof(
            fc.constantFrom('&', '=', '%', '+', 'It', '[', ']', '%5B', '1', ',', '{', '__proto__'),
            fc.string({ maxLength: 5 }),
          ),
          { maxLength: 20 },
        )
        .map((parts) => parts.join(''));
      fc.assert(
        fc.property(
          anyForm,
          fc.constantFrom('text', 'int', 'flag', 'ints', 'dictionary', 'state'),
          (text, type) => {
            refusalOr(() => new CarrierReader(readForm(text), 'The body')[type]('It'));
          },
        ),
        options,
      );
    },
    timeout,
  );
});

describe('texts as what a property needs', () => {
  test.each([
    ['int', 'It=x'],
    ['int', 'It=2147483648'],
    ['int', 'It=1&It=2'],
    ['flag', 'It=yes'],
    ['ints', 'It=1,x'],
    ['ints', 'It=1,,2'],
    ['ints', 'It[a][b]=1'],
    ['dictionary', 'It=x'],
    ['state', 'It='],
    ['text', 'It=1&It=2'],
    ['text', 'It[a]=1'],
  ] as const)('as %s, %s is refused', (type, form) => {
    const carrier = new CarrierReader(readForm(form), 'The body');
    if (form === 'It[a][b]=1') expect(carrier.ints('It')).toBeUndefined();
    else expect(() => carrier[type]('It')).toThrow(/^It of The body is /);
  });

  test('JSON is not read as texts', () => {
    const carrier = new CarrierReader({ Id: '7', Flag: 'true', Ids: '1,2' }, 'The body');
    for (const read of [() => carrier.int('Id'), () => carrier.flag('Flag'), () => carrier.ints('Ids')]) {
      expect(read).toThrow(' is accepted.');
    }
  });

  test('the query counts where the body has no such property', () => {
    const carrier = new CarrierReader({ Id: 7 }, 'The call', { id: '8', Ids: '1,2', Name: 'x' });
    expect(carrier.int('Id')).toBe(7);
    expect(carrier.ints('Ids')).toEqual([1, 2]);
    expect(carrier.text('name')).toBe('x');
  });
});

describe('charsets', () => {
  test.each([
    ['application/json', undefined],
    ['application/json; charset=UTF-8', 'utf-8'],
    ['text/xml;charset="us-ascii"; x=y', 'us-ascii'],
    ['application/json; x="charset"; charset = latin1', 'latin1'],
  ])('%s', (type, charset) => {
    expect(charsetOf(type)).toBe(charset);
  });

  test.each([
    ['utf-8', Buffer.from('Grüße €')],
    ['us-ascii', Buffer.from('Grüße €')],
    ['windows-1252', Buffer.from('Gr\xfc\xdfe \x80', 'latin1')],
    ['utf-16le', Buffer.from('Grüße €', 'utf16le')],
    ['utf-16', Buffer.from('\uFEFFGrüße €', 'utf16le')],
    ['utf-16', Buffer.from('\uFEFFGrüße €', 'utf16le').swap16()],
    ['utf-16be', Buffer.from('Grüße €', 'utf16le').swap16()],
  ])('%s is honoured', (charset, bytes) => {
    expect(decodeBody(bytes, charset)).toBe('Grüße €');
  });

  test('what is not read is refused', () => {
    expect(() => decodeBody(Buffer.from('x'), 'utf-7')).toThrow('utf-16be are accepted');
    expect(() => decodeBody(Buffer.from('x'), 'constructor')).toThrow('is not read');
    expect(() => decodeBody(Buffer.from('ü', 'latin1'))).toThrow('The body is not UTF-8');
    expect(() => decodeBody(Buffer.from([0x00, 0xd8]), 'utf-16le')).toThrow('The body is not UTF-16LE');
  });
});
