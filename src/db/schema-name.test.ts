import { type CompiledQuery, DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { SchemaCompiler } from './postgres/schema-compiler.ts';
import { DEFAULT_SCHEMA, isSchemaName, MAX_SCHEMA_NAME, withSchema } from './schema-name.ts';

describe('withSchema', () => {
  test.each([
    ['select 1 from batchline.task as t', 'select 1 from "c".task as t'],
    ['select batchline.fold(t.name) from Batchline.task', 'select "c".fold(t.name) from "c".task'],
    ['insert into "batchline"."task" ("id")', 'insert into "c"."task" ("id")'],
    ['delete from "batchline_data"."orders"', 'delete from "c_data"."orders"'],
    ['create schema if not exists batchline', 'create schema if not exists "c"'],
    ['drop schema "batchline_data" cascade', 'drop schema "c_data" cascade'],
    ["select nextval('batchline.task_id_seq')::int", `select nextval('"c".task_id_seq')::int`],
    [
      "nextval('batchline.a_seq'), batchline.b, 'batchline.c', to_regclass('batchline.d')",
      `nextval('"c".a_seq'), "c".b, 'batchline.c', to_regclass('"c".d')`,
    ],
    ["to_regclass('batchline.upload') is null", `to_regclass('"c".upload') is null`],
    ["l.relation = 'batchline.task_audit'::regclass", `l.relation = '"c".task_audit'::regclass`],
    ["n = 'batchline_data'::regnamespace::text", `n = '"c_data"'::regnamespace::text`],
    ['select 1 from(batchline.task)/* prepared */', 'select 1 from("c".task)/* prepared */'],
  ])('renames in %s', (text, renamed) => {
    expect(withSchema(text, 'c')).toBe(renamed);
  });

  test.each([
    "select 'batchline.task'",
    "select 'it''s batchline.task', $1",
    String.raw`select e'it\'s batchline.task'`,
    'select $$ batchline.task $$, $a$ batchline.task $$ batchline.task $a$',
    '-- batchline.task\nselect 1',
    'select 1 /* batchline.task */',
    'select "batchline.task"',
    'select "a""batchline"',
    'insert into orders ("batchline", batchline)',
    'select x.batchline.y, x . batchline . y, "x"."batchline"."y"',
    'select 1 from my_batchline.task, batchline_other.task, batchline2.task',
    "select * from t where source = 'batchline'",
    "select 'batchline_extra'::regclass",
  ])('leaves %s as it is', (text) => {
    expect(withSchema(text, 'c')).toBe(text);
  });
});

test.each(['cell_a', '_x', 'user', 'a'.repeat(MAX_SCHEMA_NAME)])('accepts the name %s', (name) => {
  expect(isSchemaName(name)).toBe(true);
});

test.each(['', 'Cell', 'a-b', '1a', 'pg_cell', 'public', 'a"b', 'a.b', 'å', 'a'.repeat(MAX_SCHEMA_NAME + 1)])(
  'refuses the name %j',
  (name) => {
    expect(isSchemaName(name)).toBe(false);
  },
);

test('the compiler renames schemas in built and written statements, and leaves parameters', () => {
  const compiled = (schema: string): CompiledQuery[] => {
    const db = new Kysely<{ 'batchline.task': { name: string } }>({
      dialect: {
        createDriver: () => new DummyDriver(),
        createAdapter: () => new PostgresAdapter(),
        createIntrospector: (database) => new PostgresIntrospector(database),
        createQueryCompiler: () => new SchemaCompiler(schema),
      },
    });
    return [
      db.selectFrom('batchline.task').select('name').where('name', '=', 'batchline.task').compile(),
      sql`select ${'batchline.task'} from batchline.task`.compile(db),
    ];
  };
  expect(compiled('c')).toMatchObject([
    { sql: 'select "name" from "c"."task" where "name" = $1', parameters: ['batchline.task'] },
    { sql: 'select $1 from "c".task', parameters: ['batchline.task'] },
  ]);
  expect(compiled(DEFAULT_SCHEMA)[1]?.sql).toBe('select $1 from batchline.task');
});
