import { type CompiledQuery, PostgresQueryCompiler } from 'kysely';
import { BoundedMap } from '../../core/lru.ts';
import { DEFAULT_SCHEMA, withSchema } from '../schema-name.ts';

/**
 * Compiles statements for a schema. Every statement of the server and of its definitions is compiled here, so that each is
 * written with the default name and none can be forgotten (docs/decisions/0044-schema-name.md).
 */
export class SchemaCompiler extends PostgresQueryCompiler {
  readonly #schema: string;
  /** Statements by their text for the default schema. */
  readonly #texts = new BoundedMap<string>();

  constructor(schema: string) {
    super();
    this.#schema = schema;
  }

  override compileQuery(...args: Parameters<PostgresQueryCompiler['compileQuery']>): CompiledQuery {
    const query = super.compileQuery(...args);
    if (this.#schema === DEFAULT_SCHEMA) return query;
    let text = this.#texts.get(query.sql);
    if (text === undefined) {
      text = withSchema(query.sql, this.#schema);
      this.#texts.set(query.sql, text);
    }
    return { ...query, sql: text };
  }
}
