import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { Schema } from '../src/store/schema.ts';

/** A statement with its values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The first statement that work on the store runs, taken from it by a database that only notes what it is asked. */
export async function statementOf(work: (db: Kysely<Schema>) => Promise<unknown>): Promise<Statement> {
  const noted: Statement[] = [];
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ query }) => {
      noted.push({ text: query.sql, values: query.parameters });
    },
  });
  await work(db);
  const [statement] = noted;
  if (statement === undefined) throw new Error('nothing was asked of the database');
  return statement;
}
