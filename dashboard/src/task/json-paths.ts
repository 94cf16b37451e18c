/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Returns the entries of an object or list; `undefined` for other values. */
export function entriesOf(value: Json): [string, Json][] | undefined {
  return typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
}

/** Returns the path of an entry, which is unique in its document. */
export function pathOf(parent: string, name: string): string {
  return `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/**
 * Finds the objects and lists that contain a text in a name or a value, at any depth.
 *
 * @returns their paths, and the number of names and values with the text
 */
export function findInJson(
  document: Json,
  text: string,
): { readonly parents: ReadonlySet<string>; readonly hits: number } {
  const wanted = text.toLowerCase();
  const parents = new Set<string>();
  const countIn = (value: Json, path: string): number => {
    const entries = entriesOf(value);
    if (entries === undefined) return String(value).toLowerCase().includes(wanted) ? 1 : 0;
    let hits = 0;
    for (const [name, inner] of entries) {
      hits += name.toLowerCase().includes(wanted) && !Array.isArray(value) ? 1 : 0;
      hits += countIn(inner, pathOf(path, name));
    }
    if (hits > 0) parents.add(path);
    return hits;
  };
  return { hits: countIn(document, ''), parents };
}

/** Counts the names and values of a document. */
export function sizeOf(value: Json): number {
  return (entriesOf(value) ?? []).reduce((size, [, inner]) => size + sizeOf(inner), 1);
}

/** Parses a text that is a JSON object or list; `undefined` for any other text. */
export function readJson(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // A text that only looks like JSON.
  }
}
