import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzing, refusalOr } from '../../../test/support/fuzz.ts';
import { RequestError } from '../../core/errors.ts';
import { isUntyped } from './object-reader.ts';
import { decodeText, encodeText, readXml, writeXml } from './xml.ts';

/** Any UTF-16 text, including lone surrogates and look-alikes of escapes. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '_',
        '_x',
        '_x_',
        'x0001_',
        '_x0041_',
        '_x005F_',
        '_xD83D_',
        '\r\n',
        ']]>',
        '&amp;',
        '\uD83D',
        ' ',
      ),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

/** A dictionary that XML can represent: strings, null, and non-empty dictionaries. */
const anyPayload = fc.letrec<{ value: unknown; payload: Record<string, unknown> }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, anyText, fc.constant(null), tie('payload')),
  payload: fc.dictionary(anyText, tie('value'), { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
})).payload;

const { options, timeout } = fuzzing();

describe('writing XML', () => {
  test.each([
    [100, '<int>100</int>'],
    [true, '<boolean>true</boolean>'],
    [null, `<Thing xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>`],
    [[], '<ArrayOfThing/>'],
    [[{ Id: 1 }], '<ArrayOfThing><Thing><Id>1</Id></Thing></ArrayOfThing>'],
    [{ Roles: ['a', 'b'] }, '<Thing><Roles><string>a</string><string>b</string></Roles></Thing>'],
    [{ A: { 'b c': '<&>\r\n"' } }, '<Thing><A><Item Key="b c">&lt;&amp;&gt;&#xD;\n"</Item></A></Thing>'],
    [
      { '': 1, 'x"<\n': null, 'p:q': {}, Item: 2, _x0041_: 3, '1': [4] },
      `<Thing xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Item Key="1"><int>4</int></Item><Item Key="">1</Item><Item Key="x&quot;&lt;&#xA;" xsi:nil="true"/><Item Key="p:q"/><Item>2</Item><_x0041_>3</_x0041_></Thing>`,
    ],
    [{ A: '', B: undefined, C: {} }, '<Thing><A/><C/></Thing>'],
    [{ Größe: '\u0001' }, '<Thing><Größe>_x0001_</Größe></Thing>'],
  ])('%j', (value, xml) => {
    expect(writeXml(value, 'Thing')).toBe(xml);
  });

  test(
    'any payload round-trips',
    () => {
      fc.assert(
        fc.property(anyPayload, (payload) => {
          expect(plain(readXml(writeXml(payload, 'Thing')))).toEqual(plain(payload));
        }),
        options,
      );
    },
    timeout,
  );

  test(
    'escaped texts round-trip',
    () => {
      fc.assert(
        fc.property(anyText, (text) => {
          expect(
            decodeText(encodeText(text).replace(/&#xD;|&(?:amp|lt|gt);/g, (r) => REFERENCES[r] ?? r)),
          ).toBe(text);
        }),
        options,
      );
    },
    timeout,
  );
});

const REFERENCES: Record<string, string> = { '&#xD;': '\r', '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** Converts objects to entries, so that names such as `__proto__` are not special. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => [name, plain(item)]);
}

describe('reading XML', () => {
  test('namespaces, prefixes, attributes, comments and CDATA are accepted', () => {
    const body = readXml(
      `<?xml version="1.0"?><!-- x --><s:BatchTaskInfo xmlns:s="urn:x" a="1"><s:Description>a<![CDATA[<b>]]>c</s:Description>
       <State xsi:nil="true"/><Ids><int>1</int><int>2</int></Ids></s:BatchTaskInfo>`,
    );
    expect(isUntyped(body)).toBe(true);
    expect(plain(body)).toEqual(plain({ Description: 'a<b>c', State: null, Ids: { int: ['1', '2'] } }));
  });

  test('an unnecessary escape is literal text', () => {
    expect(plain(readXml('<A><B>_x0041_</B></A>'))).toEqual(plain({ B: '_x0041_' }));
  });

  test.each([
    ['<!DOCTYPE a><a/>', 'has a DOCTYPE at line 1, column'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'has a DOCTYPE'],
    ['<a>&b;</a>', 'line 1, column'],
    ['<a>\n <b></a>', 'line 2, column'],
    ['<a/><b/>', 'line 1'],
    ['<a', 'line 1'],
    ['text', 'line 1'],
    ['<a>&#0;</a>', 'line 1'],
    ['<a>\u0001</a>', 'line 1'],
    ['<a>x<b/></a>', 'both text and elements'],
    ['<a>'.repeat(65), 'nested deeper than 64 levels'],
    ['<a>'.repeat(300_000), 'nested deeper than 64 levels'],
    ['<p:a/>', 'line 1'],
  ])('%.40j is rejected', (text, says) => {
    expect(() => readXml(text)).toThrow(says);
    expect(() => readXml(text)).toThrow(RequestError);
  });

  test(
    'any text is parsed or rejected',
    () => {
      const anyXml = fc
        .array(
          fc.oneof(
            fc.constantFrom(
              '<',
              '>',
              '/>',
              '</',
              '<a>',
              '</a>',
              '<b c="d">',
              '</b>',
              '&',
              ';',
              '&amp;',
              '<!--',
              '-->',
              '<![CDATA[',
              ']]>',
              '<?',
              '?>',
              '<!DOCTYPE',
              '[',
              ']',
              ' xsi:nil="true"',
              'xmlns:x="y"',
              '=',
              '"',
            ),
            fc.string({ unit: 'binary', maxLength: 8 }),
          ),
          { maxLength: 30 },
        )
        .map((parts) => parts.join(''));
      fc.assert(
        fc.property(anyXml, (text) => void refusalOr(() => readXml(text))),
        options,
      );
    },
    timeout,
  );
});
