import { isDeepStrictEqual } from 'node:util';

/** A schema, or a part of a document. */
export type Json = Readonly<Record<string, unknown>>;

/** Gathers the schemas of a document that have a title: each is written once, by that name. */
export class SchemaComponents {
  readonly schemas: Record<string, Json> = {};
  readonly #known = new WeakMap<object, Json>();

  /**
   * The schema as the document has it: a reference where it has a title.
   *
   * @throws Error where another schema has the same title
   */
  refer(schema: object): Json {
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    const written = this.#named(this.#within(schema) as Json);
    this.#known.set(schema, written);
    return written;
  }

  #named(inner: Json): Json {
    const { title } = inner;
    if (typeof title !== 'string') return inner;
    const { title: _, ...named } = inner;
    const known = this.schemas[title];
    if (known !== undefined && !isDeepStrictEqual(known, named))
      throw new Error(`two schemas have the title ${title}`);
    this.schemas[title] = named;
    return { $ref: `#/components/schemas/${title}` };
  }

  #within(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.#part(item));
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, LITERAL.has(key) ? part : this.#part(part)]),
    );
  }

  #part(value: unknown): unknown {
    const isSchema = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isSchema ? this.refer(value) : this.#within(value);
  }
}

/** What holds values and no schemas. */
const LITERAL: ReadonlySet<string> = new Set(['default', 'const', 'enum', 'examples', 'required']);
