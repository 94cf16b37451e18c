import { malformed } from '../../core/errors.ts';
import { addUntyped, describe, type Untyped, untypedObject } from './object-reader.ts';

/** Maximum number of fields of a form. */
const MAX_FIELDS = 1000;

/**
 * Parses `application/x-www-form-urlencoded` (contract, section 4): `Description=…&State=Failed`. The fields
 * `ParameterObject.seconds` and `ParameterObject[seconds]` are entries of a dictionary. A repeated name, case-insensitively,
 * makes a list.
 *
 * @throws RequestError (malformed) if a field is malformed
 */
export function readForm(text: string): unknown {
  const body = untypedObject();
  if (text.trim() === '') return body;
  const fields = text.split('&', MAX_FIELDS + 1);
  if (fields.length > MAX_FIELDS)
    throw malformed`The form has too many fields; at most ${MAX_FIELDS} are accepted.`;
  const spellings = new Map<string, string>();
  let position = 0;
  for (const field of fields) {
    if (field !== '') {
      const equals = field.indexOf('=');
      const name = decodePart(equals === -1 ? field : field.slice(0, equals), position);
      add(body, spellings, name, equals === -1 ? '' : decodePart(field.slice(equals + 1), position));
    }
    position += field.length + 1;
  }
  return body;
}

function decodePart(part: string, position: number): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw malformed`The form has an invalid percent-encoding in the field at position ${position}; UTF-8 is accepted.`;
  }
}

/** `Dictionary[key]` or `Dictionary.key`; the key may contain dots and brackets. */
const ENTRY = /^([^.[\]]+)(?:\[(.*)\]|\.(.+))$/s;

/** Adds a field. @param spellings the first spelling of each name, by lower case */
function add(
  body: { [name: string]: Untyped },
  spellings: Map<string, string>,
  field: string,
  value: string,
): void {
  const [, holder = field, inBrackets, behindDot] = ENTRY.exec(field) ?? [];
  const dictionary = spellings.get(holder.toLowerCase()) ?? holder;
  spellings.set(holder.toLowerCase(), dictionary);
  const key = inBrackets ?? behindDot;
  if (key === undefined) {
    addUntyped(body, dictionary, value);
    return;
  }
  const present = body[dictionary];
  if (present === undefined) body[dictionary] = untypedObject();
  else if (typeof present !== 'object' || present === null || Array.isArray(present)) {
    throw malformed`The form has ${describe(dictionary)} both as a field and as a dictionary; one is accepted.`;
  }
  addUntyped(body[dictionary] as { [name: string]: Untyped }, key, value);
}
