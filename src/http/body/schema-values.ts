import { isUntyped, type Untyped } from './untyped.ts';

/** The JSON schema of a body, as far as it says what the texts of formats without types become. */
export interface BodySchema {
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>;
}

/** What a value becomes, by the type in its schema. What can't become it stays, and the schema refuses it. */
const BY_TYPE: Readonly<Record<string, (value: Untyped) => unknown>> = {
  integer: toNumber,
  number: toNumber,
  boolean: (value) => (value === 'true' ? true : value === 'false' ? false : value),
  /** Several values of one name, or elements in the property's own: `<Roles><string>…</string></Roles>`. */
  array: (value) => {
    if (value === '') return [];
    return isUntyped(value) ? Object.values(value).flat() : [value].flat();
  },
};

/** A body of XML or a form as one of JSON that this schema may describe. */
export function bySchema(body: { readonly [name: string]: Untyped }, schema: BodySchema): object {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const type = schema.properties?.[name]?.type ?? '';
      return [name, BY_TYPE[type]?.(value) ?? value];
    }),
  );
}

function toNumber(value: Untyped): unknown {
  return typeof value === 'string' && /^\s*-?\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value;
}
