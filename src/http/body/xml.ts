import { SaxesParser } from 'saxes';
import { malformed } from '../../core/errors.ts';
import { type Message, message } from '../../core/message.ts';
import { MAX_NESTING } from './json.ts';
import { addUntyped, describe, type Untyped, untypedObject } from './object-reader.ts';

/**
 * Escapes of code units that XML 1.0 does not allow (controls, lone surrogates, U+FFFE and U+FFFF): `_xHHHH_`, as in .NET's
 * XmlConvert. An underscore that would begin such an escape becomes `_x005F_`. Any other `_xHHHH_` is literal text.
 */

const NAME_START =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD';
const NAME_CHAR = `${NAME_START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040`;
const NAME = new RegExp(`^[${NAME_START}][${NAME_CHAR}]*$`);

/** True if a text is a valid element name without a prefix. */
function isXmlName(text: string): boolean {
  return NAME.test(text);
}

/** The code units that XML does not allow, in hexadecimal, and the underscore. */
const CODES = '(?:00(?:0[0-8BCEF]|1[0-9A-F]|5F)|D[89A-F][0-9A-F]{2}|FFF[EF])';
const INVALID_CHARACTER = '[^\\t\\n\\r\\u0020-\\uD7FF\\uE000-\\uFFFD\\u{10000}-\\u{10FFFF}]';
const NOT_IN_TEXT = new RegExp(`${INVALID_CHARACTER}|_(?=x${CODES}(?:_|${INVALID_CHARACTER}))`, 'giu');
const TEXT_ESCAPE = new RegExp(`_x(${CODES})_`, 'gi');
const MARKUP = /[&<>\r]/g;
const ATTRIBUTE_MARKUP = /[&<>"\r\n\t]/g;
const REFERENCES_OF: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\t': '&#x9;',
};

/** Encodes a text as the content of an element. */
export function encodeText(text: string): string {
  return encode(text, MARKUP);
}

/** Encodes a text as the value of an attribute in double quotes. */
function encodeAttribute(text: string): string {
  return encode(text, ATTRIBUTE_MARKUP);
}

function encode(text: string, markup: RegExp): string {
  return text
    .replace(NOT_IN_TEXT, escaped)
    .replace(markup, (character) => REFERENCES_OF[character] ?? character);
}

/** Decodes the content of an element or attribute after references are resolved. */
export function decodeText(content: string): string {
  return content.includes('_x') ? content.replace(TEXT_ESCAPE, unescaped) : content;
}

function escaped(character: string): string {
  return `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
}

function unescaped(_match: string, code: string): string {
  return String.fromCharCode(Number.parseInt(code, 16));
}

/** The namespace of `xsi:nil`. */
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** The element names of simple values and of items of lists, by type. */
const SIMPLE_NAMES: Readonly<Record<string, string>> = {
  number: 'int',
  boolean: 'boolean',
  string: 'string',
};

/** The element and attribute for properties whose names are not valid element names. */
const KEYED = 'Item';
const KEY = 'Key';

/**
 * Serializes a response as XML (contract, section 4): an element with the name of the payload and its properties as
 * children; lists as `ArrayOf…`; simple values as `<int>`, `<boolean>` and `<string>`; null as `xsi:nil`; properties whose
 * names are invalid in XML as `<Item Key="…">`.
 *
 * @param payload the name of the payload, or of the items of a list
 */
export function writeXml(value: unknown, payload: string): string {
  const name = Array.isArray(value) ? `ArrayOf${payload}` : (SIMPLE_NAMES[typeof value] ?? payload);
  const xml = element(name, value, payload);
  if (!xml.includes(' xsi:nil="true"')) return xml;
  return xml.replace(/^<[^\s/>]+/, (start) => `${start} xmlns:xsi="${XSI}"`);
}

/** @param attributes the attributes of the element, with a leading space */
function element(name: string, value: unknown, itemName = 'Item', attributes = ''): string {
  if (value === null || value === undefined) return `<${name}${attributes} xsi:nil="true"/>`;
  const content = typeof value === 'object' ? children(value, itemName) : encodeText(String(value));
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}

function children(value: object, itemName: string): string {
  let xml = '';
  if (Array.isArray(value)) {
    for (const item of value) xml += element(SIMPLE_NAMES[typeof item] ?? itemName, item);
    return xml;
  }
  for (const [name, property] of Object.entries(value)) {
    if (property === undefined) continue;
    xml += isXmlName(name)
      ? element(name, property)
      : element(KEYED, property, undefined, ` ${KEY}="${encodeAttribute(name)}"`);
  }
  return xml;
}

/** An element that is not closed yet. */
interface OpenElement {
  readonly name: string;
  readonly isNil: boolean;
  text: string;
  children: { [name: string]: Untyped } | undefined;
}

/**
 * Parses a body in XML (contract, section 4). The root may have any name. Namespaces are ignored, and so are attributes
 * other than `xsi:nil` and the `Key` of an `<Item>`. Repeated children make a list.
 *
 * @throws RequestError (malformed) with line and column if it is not well-formed, has a DOCTYPE or an entity other than the
 *   five predefined ones, or is nested too deep
 */
export function readXml(text: string): unknown {
  const parser = new SaxesParser({ xmlns: true, additionalNamespaces: { xsi: XSI } });
  const open: OpenElement[] = [];
  let root: Untyped | undefined;
  const position = (): Message => message`line ${parser.line}, column ${parser.column}`;

  parser.on('error', (error) => {
    throw malformed`The body is not ${'XML'}: ${error.message
      .replace(/^\d+:\d+: /, '')
      .replace(/\.$/, '')
      .slice(0, 200)} at ${position()}.`;
  });
  parser.on('doctype', () => {
    throw malformed`The body has a DOCTYPE at ${position()}; XML without one is accepted.`;
  });
  parser.on('opentag', (tag) => {
    if (open.length === MAX_NESTING) {
      throw malformed`The body is nested deeper than ${MAX_NESTING} levels at ${position()}; less is accepted.`;
    }
    const nil = Object.values(tag.attributes).find(({ uri, local }) => uri === XSI && local === 'nil');
    const isNil = nil !== undefined && /^(?:true|1)$/.test(nil.value.trim());
    const key = tag.local === KEYED ? tag.attributes[KEY]?.value : undefined;
    open.push({
      name: key === undefined ? tag.local : decodeText(key),
      isNil,
      text: '',
      children: undefined,
    });
  });
  const addText = (part: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop() as OpenElement;
    if (element.children !== undefined && element.text.trim() !== '') {
      throw malformed`The body has both text and elements in ${describe(element.name)}, which ends at ${position()}; one of them is accepted.`;
    }
    const value = element.isNil ? null : (element.children ?? decodeText(element.text));
    const parent = open.at(-1);
    if (parent === undefined) root = value;
    else {
      parent.children ??= untypedObject();
      addUntyped(parent.children, element.name, value);
    }
  });
  parser.write(text).close();
  // An empty root element is a payload without properties.
  return typeof root === 'string' && root.trim() === '' ? untypedObject() : root;
}
