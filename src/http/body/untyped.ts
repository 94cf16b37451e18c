/** A value of a format without types: XML and forms know texts, lists and objects, and XML null. */
export type Untyped = string | null | Untyped[] | { [name: string]: Untyped };

/** What tells objects of formats without types from those of JSON. It has no prototype: every name is just a name. */
const MARK: object = Object.freeze(Object.create(null));

/** An empty object for what XML or a form holds; readers of payloads turn its texts into what they need. */
export function untypedObject(): { [name: string]: Untyped } {
  return Object.create(MARK) as { [name: string]: Untyped };
}

/** Whether a value was read from a format without types. */
export function isUntyped(value: unknown): value is { [name: string]: Untyped } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === MARK;
}

/** Adds a value; names that come again make a list. */
export function addUntyped(object: { [name: string]: Untyped }, name: string, value: Untyped): void {
  const present = object[name];
  if (present === undefined) object[name] = value;
  else if (Array.isArray(present)) present.push(value);
  else object[name] = [present, value];
}
