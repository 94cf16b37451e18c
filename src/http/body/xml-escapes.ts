/**
 * Names of elements, and what XML 1.0 can't hold in texts: such a code unit is written as `_xHHHH_`, as .NET's XmlConvert
 * does. That is a character that no document may have (controls, halves of surrogate pairs, U+FFFE, U+FFFF), and an
 * underscore that would begin such an escape (`_x005F_`). Any other `_xHHHH_` in a text is just that.
 */

const NAME_START =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD';
const NAME_CHAR = `${NAME_START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040`;
const NAME = new RegExp(`^[${NAME_START}][${NAME_CHAR}]*$`);

/** Whether a text can be the name of an element, without a prefix. */
export function isXmlName(text: string): boolean {
  return NAME.test(text);
}

/** The code units that no XML document may have, in hexadecimal, and the underscore. */
const CODES = '(?:00(?:0[0-8BCEF]|1[0-9A-F]|5F)|D[89A-F][0-9A-F]{2}|FFF[EF])';
const UNHOLDABLE = '[^\\t\\n\\r\\u0020-\\uD7FF\\uE000-\\uFFFD\\u{10000}-\\u{10FFFF}]';
const NOT_IN_TEXT = new RegExp(`${UNHOLDABLE}|_(?=x${CODES}(?:_|${UNHOLDABLE}))`, 'giu');
const TEXT_ESCAPE = new RegExp(`_x(${CODES})_`, 'gi');
const MARKUP = /[&<>\r]/g;
const ATTRIBUTE_MARKUP = /[&<>"\r\n\t]/g;
const MARKUP_AS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\t': '&#x9;',
};

/** A text as the content of an element. */
export function encodeText(text: string): string {
  return encode(text, MARKUP);
}

/** A text as the value of an attribute in double quotes. */
export function encodeAttribute(text: string): string {
  return encode(text, ATTRIBUTE_MARKUP);
}

function encode(text: string, markup: RegExp): string {
  return text.replace(NOT_IN_TEXT, escaped).replace(markup, (character) => MARKUP_AS[character] ?? character);
}

/** Decodes the content of an element or attribute whose references are resolved. */
export function decodeText(content: string): string {
  return content.includes('_x') ? content.replace(TEXT_ESCAPE, unescaped) : content;
}

function escaped(character: string): string {
  return `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
}

function unescaped(_match: string, code: string): string {
  return String.fromCharCode(Number.parseInt(code, 16));
}
