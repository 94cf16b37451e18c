/** A value of an untyped format: XML and forms have strings, lists and objects, and XML has null. */
export type Untyped = string | null | Untyped[] | { [name: string]: Untyped };

/** The prototype that marks objects of untyped formats. It has no prototype itself, so no names are special. */
const MARK: object = Object.freeze(Object.create(null));

/** Creates an empty object for XML or a form. `ObjectReader` converts its strings to the types of properties. */
export function untypedObject(): { [name: string]: Untyped } {
  return Object.create(MARK) as { [name: string]: Untyped };
}

/** True if a value was parsed from an untyped format. */
export function isUntyped(value: unknown): value is { [name: string]: Untyped } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === MARK;
}

/** Adds a value. Repeated names make a list. */
export function addUntyped(object: { [name: string]: Untyped }, name: string, value: Untyped): void {
  const present = object[name];
  if (present === undefined) object[name] = value;
  else if (Array.isArray(present)) present.push(value);
  else object[name] = [present, value];
}
