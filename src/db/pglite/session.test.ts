import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Session } from './session.ts';

let pglite: PGlite;
let session: Session;

beforeAll(async () => {
  pglite = await PGlite.create();
  session = new Session(pglite);
  await pglite.exec('create table item (id int primary key, kind text, body jsonb)');
});

afterAll(async () => {
  await pglite.close();
});

const prepared = (text: string, ...values: unknown[]) =>
  session.query({ kind: 'query', text, values, isPrepared: true });
const plain = (text: string, ...values: unknown[]) =>
  session.query({ kind: 'query', text, values, isPrepared: false });
const planning = async () =>
  (
    await plain(
      `select current_setting('plan_cache_mode') || ' ' || current_setting($1) as it`,
      'enable_seqscan',
    )
  ).rows[0];

test('a prepared statement returns what the same statement returns unprepared', async () => {
  const text = `select $1::int as a, $2::text as b, $3::text[] as c, $4::jsonb as d, $5::timestamptz as e, $6::bytea as f,
    count(*) as g from generate_series(1, $1::int)`;
  const inputs = [
    [3, 'x', ['p', 'q, "r"'], JSON.stringify({ k: [1] }), new Date(1e12), Buffer.from([0, 255])],
    [0, null, [], null, null, null],
  ];
  for (const values of inputs) {
    expect((await prepared(text, ...values)).rows).toEqual((await plain(text, ...values)).rows);
  }
  const insert = `insert into item values ($1, $2, $3)`;
  expect(await prepared(insert, 1, 'first', '{}')).toMatchObject({ rows: [], affectedRows: 1 });
});

test('only prepared statements are planned once, without sequential scans', async () => {
  const find = 'select kind from item where id = $1';
  await prepared(find, 1);
  expect(await planning()).toEqual({ it: 'auto on' });
  await pglite.exec(`insert into item select i, 'many', '{}' from generate_series(2, 5000) as i`);
  expect((await prepared(find, 4999)).rows).toEqual([{ kind: 'many' }]);
  const { rows: counts } = await plain(
    'select generic_plans::int as once, custom_plans::int as each from pg_prepared_statements where statement = $1',
    find,
  );
  expect(counts).toEqual([{ once: 2, each: 0 }]);
  const name = (await plain('select name from pg_prepared_statements where statement = $1', find))
    .rows[0] as {
    name: string;
  };
  await pglite.exec('set plan_cache_mode = force_generic_plan');
  const { rows: plan } = await pglite.query(`explain execute ${name.name}(1)`);
  await pglite.exec('reset plan_cache_mode');
  expect(JSON.stringify(plan)).toContain('Index Scan');
});

test('a rollback, which also undoes settings, does not change how statements are planned', async () => {
  await plain('begin');
  await prepared('select 1 where $1::int = 1', 1);
  await plain('rollback');
  expect(await planning()).toEqual({ it: 'auto on' });

  await prepared('select 1 where $1::int = 1', 1);
  await plain('begin');
  expect(await planning()).toEqual({ it: 'auto on' });
  await plain('rollback');
  expect(await planning()).toEqual({ it: 'auto on' });
});

test('after an error, the session and the statement work', async () => {
  const insert = 'insert into item (id) values ($1)';
  await expect(prepared(insert, 1)).rejects.toMatchObject({ code: '23505', constraint: 'item_pkey' });
  expect((await prepared(insert, -1)).affectedRows).toBe(1);
  const wrong = 'select no_such_column from item where id = $1';
  await expect(prepared(wrong, 1)).rejects.toMatchObject({ code: '42703' });
  await expect(prepared(wrong, 1)).rejects.toMatchObject({ code: '42703' });

  await plain('begin');
  await expect(prepared(insert, 1)).rejects.toMatchObject({ code: '23505' });
  await expect(prepared('select id from item where id = $1', 1)).rejects.toMatchObject({ code: '25P02' });
  await plain('rollback');
  expect((await prepared('select id from item where id = $1', 1)).rows).toEqual([{ id: 1 }]);
});
