import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzing, refusalOr } from '../../../test/support/fuzz.ts';
import { RequestError } from '../../core/errors.ts';
import { readForm } from './form.ts';
import { MAX_NESTING, readJson } from './json.ts';
import { ObjectReader } from './object-reader.ts';
import { charsetOf, decodeBody } from './parse.ts';

const { options, timeout } = fuzzing();

/** A value and one of its spellings: comments, quotes, escapes, trailing commas, duplicate names. */
interface Spelled {
  readonly value: unknown;
  readonly text: string;
}

const blank = fc.constantFrom('', ' ', '\n', '\t', '/*"*/', '/* [{ */', '// ]"\n', '/***/');
const spelledText = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 6 }), fc.nat(3))
  .map(([value, way]): Spelled => {
    const escaped = [...value]
      .map((character) =>
        [...character]
          .flatMap((each) => each.split(''))
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join(''),
      )
      .join('');
    const quoted = JSON.stringify(value);
    const single = `'${quoted.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
    return { value, text: [quoted, quoted, `"${escaped}"`, single][way] ?? quoted };
  });
const spelledAtom = fc
  .oneof(
    fc.constantFrom(true, false, null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
  )
  .map((value): Spelled => ({ value: Object.is(value, -0) ? 0 : value, text: JSON.stringify(value) }));
const spelledJson: fc.Arbitrary<Spelled> = fc.letrec<{ json: Spelled }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    spelledAtom,
    spelledText,
    fc
      .tuple(fc.array(fc.tuple(tie('json'), blank), { maxLength: 4 }), fc.boolean())
      .map(([items, hasComma]) => ({
        value: items.map(([item]) => item.value),
        text: `[${items.map(([item, space]) => space + item.text + space).join(',')}${hasComma && items.length > 0 ? ',' : ''}]`,
      })),
    fc
      .tuple(fc.array(fc.tuple(spelledText, tie('json'), blank), { maxLength: 4 }), fc.boolean())
      .map(([entries, hasComma]) => ({
        value: Object.fromEntries(entries.map(([name, item]) => [name.value, item.value])),
        text: `{${entries.map(([name, item, space]) => `${space}${name.text}${space}:${item.text}${space}`).join(',')}${hasComma && entries.length > 0 ? ',' : ''}}`,
      })),
  ),
})).json;

describe('JSON', () => {
  test.each([
    ['{"a":x}', "invalid character 'x'", 'position 5 (line 1, column 6)'],
    ['{\n"a": nul}', 'position 10 (line 2, column 9)'],
    ['[1,2,', 'position 5 (line 1, column 6)'],
    ['{"a":1}}', 'position 7'],
    ['{"a" 1}', 'position 5'],
    ["{'a':'", 'position 6'],
    ['{"a":"b\nc"}', 'position 7 (line 1, column 8)'],
    ['[1,,2]', 'position 3'],
    ['{a:undefined}', 'position 3'],
    ['{a:"\u2028"}', 'line separator'],
  ])('%j is rejected with the position', (text, ...says) => {
    for (const part of says) expect(() => readJson(text)).toThrow(part);
  });

  test('nesting is limited, not counting brackets in strings', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(readJson(nested(MAX_NESTING))).toEqual(JSON.parse(nested(MAX_NESTING)));
    expect(() => readJson(nested(MAX_NESTING + 1))).toThrow('nested deeper than 64 levels');
    expect(() => readJson(nested(500_000))).toThrow('nested deeper');
    expect(() => readJson(`/*"*/${nested(500_000)}`)).toThrow('nested deeper');
    expect(() => readJson(`[/*"*/${'['.repeat(500_000)}`)).toThrow(RequestError);
    expect(() => readJson('{"a":'.repeat(200_000))).toThrow(RequestError);
    expect(() => readJson(`{a:'${'x'.repeat(1_048_576)}'}`)).toThrow('is not read leniently');
    const text = JSON.stringify({ a: '[{"\\'.repeat(100), b: `\\"${'['.repeat(100)}` });
    expect(readJson(text)).toEqual(JSON.parse(text));
  });

  test.each([
    ["{ Description: 'x' }", { Description: 'x' }],
    ['{"a":1,}', { a: 1 }],
    ['[1,2,]', [1, 2]],
    ['/* a */ {"a": 1, // b\n "b": 2 }', { a: 1, b: 2 }],
    ["{$a_1: 'it\\'s'}", { $a_1: "it's" }],
    ['{a:0x10}', { a: 16 }],
  ])('%j is parsed like in Newtonsoft (contract, section 4)', (text, value) => {
    expect(readJson(text)).toEqual(value);
  });

  test('no names of objects are special', () => {
    for (const text of ['{"__proto__":{"x":1}}', '{__proto__:{x:1}}', '{constructor:1}'])
      expect(Object.keys(readJson(text) as object)).toHaveLength(1);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test.each([
    ['9007199254740993', false],
    ['-9007199254740993', false],
    ['12345678901234567890', false],
    ['9007199254740993.0', false],
    ['9007199254740991.5', false],
    ['1e400', false],
    ['-1e400', false],
    ['1'.repeat(100_000), false],
    ['9007199254740992', true],
    ['100000000000000000000', true],
    ['-9223372036854775808', false],
    ['1180591620717411303424', false],
    ['6.02e23', true],
    ['1e-400', true],
    ['0.1', true],
  ])('the number %.30s is represented exactly, or rejected: %s', (source, isKept) => {
    const text = `{"a":[${source}]}`;
    if (isKept) expect(readJson(text)).toEqual(JSON.parse(text));
    else expect(() => readJson(text)).toThrow(/can't be represented exactly/);
    // Digits in a string are not a number.
    expect(readJson(`{"a":"${source}"}`)).toEqual({ a: source });
  });

  test.each(['{a:9007199254740993}', '{a:NaN}', '{a:-Infinity}', '{a:1e400}'])(
    '%j, which JSON5 accepts, is rejected',
    (text) => {
      expect(() => readJson(text)).toThrow(/can't be represented exactly/);
    },
  );

  test(
    'grammar-aware: JSON in any spelling has the same value, or is rejected for its depth',
    () => {
      fc.assert(
        fc.property(spelledJson, ({ value, text }) => {
          const read = refusalOr(() => readJson(text));
          if (read instanceof RequestError) expect(read.message).toContain('nested deeper');
          else expect(read).toEqual(value);
        }),
        options,
      );
    },
    timeout,
  );

  test(
    'grammar-aware: with a character more or less it is parsed or rejected',
    () => {
      fc.assert(
        fc.property(
          spelledJson,
          fc.nat(),
          fc.constantFrom(
            '',
            '"',
            "'",
            '[',
            '{',
            '/*',
            '*/',
            '//',
            '\\',
            ',',
            ':',
            '\n',
            '\u2028',
            '\0',
            '1',
          ),
          ({ text }, at, piece) => {
            const position = at % (text.length + 1);
            refusalOr(() => readJson(text.slice(0, position) + piece + text.slice(position + 1)));
          },
        ),
        options,
      );
    },
    timeout,
  );

  test(
    'any JSON is parsed, or rejected for its depth',
    () => {
      fc.assert(
        fc.property(fc.json({ maxDepth: 70 }), (text) => {
          const read = refusalOr(() => readJson(text));
          if (!(read instanceof RequestError)) expect(read).toEqual(JSON.parse(text));
        }),
        options,
      );
    },
    timeout,
  );

  test(
    'any text is parsed or rejected',
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
    const payload = new ObjectReader(
      readForm(
        'NAME=a+b%20c&Id=+7&issystemtask=TRUE&AssociateIds=1&associateids=2,3&ParameterObject[a]=1&parameterobject.b=%26&ParameterObject.c.d=2&ParameterObject[e]=1&ParameterObject.e=2&Description=&State=5',
      ),
      'The body',
    );
    expect(payload.text('Name')).toBe('a b c');
    expect(payload.int('Id')).toBe(7);
    expect(payload.flag('IsSystemTask')).toBe(true);
    expect(payload.ints('AssociateIds')).toEqual([1, 2, 3]);
    expect({ ...payload.dictionary('ParameterObject') }).toEqual({
      a: '1',
      b: '&',
      'c.d': '2',
      e: ['1', '2'],
    });
    expect(payload.text('Description')).toBe('');
    expect(payload.state('State')).toBe('Failed');
    expect(payload.text('Response')).toBeUndefined();
  });

  test('a dictionary may be JSON', () => {
    const payload = new ObjectReader(readForm('P=%7B%22a%22%3A1%7D'), 'The body');
    expect(payload.dictionary('P')).toEqual({ a: 1 });
  });

  test.each([
    ['a=%', 'position 0'],
    ['a=1&b=%zz', 'position 4'],
    ['a=%ff', 'position 0'],
    ['a=1&A[b]=2', 'both'],
    ['a=1&a.b=2', 'both'],
    ['a=1&a=2&a.b=2', 'both'],
    [`${'a=1&'.repeat(1001)}`, 'at most 1000 are accepted'],
  ])('%.30j is rejected', (text, says) => {
    expect(() => readForm(text)).toThrow(says);
  });

  test(
    'any fields round-trip',
    () => {
      const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[.[\]]/.test(text));
      fc.assert(
        fc.property(fc.dictionary(name, fc.string({ unit: 'grapheme' }), { maxKeys: 8 }), (fields) => {
          fc.pre(
            new Set(Object.keys(fields).map((key) => key.toLowerCase())).size === Object.keys(fields).length,
          );
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
    'any text is parsed or rejected, and so are its properties',
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
            refusalOr(() => new ObjectReader(readForm(text), 'The body')[type]('It'));
          },
        ),
        options,
      );
    },
    timeout,
  );
});

describe('conversion of strings', () => {
  test.each([
    ['int', 'It=x'],
    ['int', 'It=2147483648'],
    ['int', 'It=1&It=2'],
    ['flag', 'It=yes'],
    ['ints', 'It=1,x'],
    ['ints', 'It=1,,2'],
    ['dictionary', 'It=x'],
    ['state', 'It=Done'],
    ['text', 'It=1&It=2'],
    ['text', 'It[a]=1'],
  ] as const)('as %s, %s is rejected', (type, form) => {
    const payload = new ObjectReader(readForm(form), 'The body');
    expect(() => payload[type]('It')).toThrow(/^It of The body is /);
  });

  test.each(['State=', 'State=%20', 'state'])('%s leaves State unchanged', (form) => {
    expect(new ObjectReader(readForm(form), 'The body').state('State')).toBeUndefined();
  });

  test('the query provides properties that the body does not have', () => {
    const payload = new ObjectReader({ Id: 7 }, 'The call', { id: '8', Ids: '1,2', Name: 'x' });
    expect(payload.int('Id')).toBe(7);
    expect(payload.ints('Ids')).toEqual([1, 2]);
    expect(payload.text('name')).toBe('x');
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
  ])('%s is decoded', (charset, bytes) => {
    expect(decodeBody(bytes, charset)).toBe('Grüße €');
  });

  test('unsupported and invalid charsets are rejected', () => {
    expect(() => decodeBody(Buffer.from('x'), 'utf-7')).toThrow('utf-16be are accepted');
    expect(() => decodeBody(Buffer.from('x'), 'constructor')).toThrow('is not supported');
    expect(() => decodeBody(Buffer.from('ü', 'latin1'))).toThrow('The body is not UTF-8');
    expect(() => decodeBody(Buffer.from([0x00, 0xd8]), 'utf-16le')).toThrow('The body is not UTF-16LE');
  });
});
