import { SaxesParser } from 'saxes';
import { malformed } from '../../core/errors.ts';
import { type Message, message } from '../../core/message.ts';
import { DEEPEST_NESTING } from './json.ts';
import { describe } from './object-reader.ts';
import { addUntyped, type Untyped, untypedObject } from './untyped.ts';
import { decodeText } from './xml-escapes.ts';
import { KEY, KEYED, XSI } from './xml-writer.ts';

/** An element whose end has not come. */
interface OpenElement {
  readonly name: string;
  readonly isNil: boolean;
  text: string;
  children: { [name: string]: Untyped } | undefined;
}

/**
 * Parses a body in XML (contract, section 4). The root may have any name, namespaces are accepted and ignored, and so
 * are attributes other than `xsi:nil` and the `Key` of an `<Item>`; repeated children make a list.
 *
 * @throws RequestError (malformed) with line and column if it is not well-formed, has a DOCTYPE or an entity other than the
 *   five of XML, or is nested too deep. Parsing stops there.
 */
export function readXml(text: string): unknown {
  const parser = new SaxesParser({ xmlns: true, additionalNamespaces: { xsi: XSI } });
  const open: OpenElement[] = [];
  let root: Untyped | undefined;
  const place = (): Message => message`line ${parser.line}, column ${parser.column}`;

  parser.on('error', (error) => {
    throw malformed`The body is not ${'XML'}: ${error.message
      .replace(/^\d+:\d+: /, '')
      .replace(/\.$/, '')
      .slice(0, 200)} at ${place()}.`;
  });
  parser.on('doctype', () => {
    throw malformed`The body has a DOCTYPE at ${place()}; XML without one is accepted.`;
  });
  parser.on('opentag', (tag) => {
    if (open.length === DEEPEST_NESTING) {
      throw malformed`The body is nested deeper than ${DEEPEST_NESTING} levels at ${place()}; less is accepted.`;
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
      throw malformed`The body has text between the elements of ${describe(element.name)}, which ends at ${place()}; either is accepted.`;
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
  // An empty root is a carrier without properties.
  return typeof root === 'string' && root.trim() === '' ? untypedObject() : root;
}
