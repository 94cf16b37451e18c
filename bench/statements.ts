import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { Schema } from '../src/db/schema.ts';

/** A statement and its values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The first statement that the function runs, captured with a fake database. */
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
