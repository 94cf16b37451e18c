import { encodeAttribute, encodeText, isXmlName } from './xml-escapes.ts';

/** The namespace of `xsi:nil`. */
export const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** The elements of a simple answer, and of items of lists, by the type of the value. */
const SIMPLE_NAMES: Readonly<Record<string, string>> = {
  number: 'int',
  boolean: 'boolean',
  string: 'string',
};

/** The element, and its attribute, of a property whose name is not the name of an element. */
export const KEYED = 'Item';
export const KEY = 'Key';

/**
 * Writes an answer as XML (contract, section 4): the carrier's name, its properties as children; lists as
 * `ArrayOf…`; simple answers as `<int>` and `<boolean>`; null as `xsi:nil`; a name that XML can't have as
 * `<Item Key="…">`.
 *
 * @param carrier the name of the carrier that the answer is, or is a list of
 */
export function writeXml(value: unknown, carrier: string): string {
  const name = Array.isArray(value) ? `ArrayOf${carrier}` : (SIMPLE_NAMES[typeof value] ?? carrier);
  const xml = element(name, value, carrier);
  if (!xml.includes(' xsi:nil="true"')) return xml;
  return xml.replace(/^<[^\s/>]+/, (start) => `${start} xmlns:xsi="${XSI}"`);
}

/** @param attributes what follows the name of the element, with a space before it */
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
