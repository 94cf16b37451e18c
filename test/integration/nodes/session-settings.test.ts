import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { createEmptyPlace, createPlace, type Place } from '../../support/databases.ts';
import { onServer } from '../../support/on-server.ts';
import { startPgBouncer } from '../../support/pgbouncer.ts';
import { dropDatabase } from '../../support/postgres-server.ts';
import { lacks } from '../../support/programs.ts';
import { runCli } from '../../support/run-cli.ts';
import { startTestServer, TEST_ENV } from '../../support/test-server.ts';

/** Possible defaults of a database or role, and the values that our sessions must have. */
const ODD = [
  ['DateStyle', 'German, DMY', 'ISO, MDY'],
  ['IntervalStyle', 'sql_standard', 'postgres'],
  ['TimeZone', 'Asia/Kolkata', 'UTC'],
  ['standard_conforming_strings', 'off', 'on'],
  ['search_path', 'nowhere', '"$user", public'],
  ['lock_timeout', '1ms', '0'],
  ['statement_timeout', '45s', '65s'],
] as const;

/** A place whose database has all of these defaults, before the first start. */
async function oddPlace(): Promise<Place> {
  const place = await createEmptyPlace('postgres');
  const url = place.env.DATABASE_URL ?? '';
  const name = new URL(url).pathname.slice(1);
  for (const [setting, odd] of ODD) {
    const value = setting === 'search_path' ? odd : `'${odd}'`;
    await onServer(inject('postgresUrl'), `alter database ${name} set ${setting} = ${value}`);
  }
  return place;
}

describe('a database with other defaults', () => {
  let place: Place;
  beforeAll(async () => {
    place = await oddPlace();
  });
  afterAll(() => place?.remove());

  const ways: [string, () => Promise<Record<string, string>>][] = [
    ['directly', async () => ({})],
    ...(lacks('pgbouncer')
      ? []
      : [
          [
            'through pgbouncer, by transaction',
            async () => {
              const pooler = await startPgBouncer(inject('postgresUrl'), 'transaction', 3);
              onTestFinished(() => pooler.stop());
              const direct = place.env.DATABASE_URL ?? '';
              return { DATABASE_URL: pooler.through(direct), DATABASE_LISTEN_URL: direct };
            },
          ] as [string, () => Promise<Record<string, string>>],
        ]),
  ];

  test.each(ways)('%s: the sessions have what our SQL relies on', async (_, reach) => {
    const config = readConfig({ ...TEST_ENV, ...place.env, ...(await reach()) });
    const database = await openDatabase(config, pino({ level: 'silent' }));
    onTestFinished(() => database.close());
    const seen = await database.sql.transaction().execute(async (trx) => {
      const { rows } = await sql<{ name: string; value: string }>`
        select name, current_setting(name) as value from pg_settings`.execute(trx);
      return new Map(rows.map(({ name, value }) => [name, value]));
    });
    expect(ODD.map(([setting]) => [setting, seen.get(setting)])).toEqual(
      ODD.map(([setting, , ours]) => [setting, setting === 'statement_timeout' ? '65s' : ours]),
    );
    // Outside of transactions too: what is read and written by one statement.
    const { rows } = await sql<{ at: Date; text: string }>`
      select '2026-02-03T04:05:06Z'::timestamptz as at, 'a\\b' as text`.execute(database.sql);
    expect(rows).toEqual([{ at: new Date('2026-02-03T04:05:06Z'), text: 'a\\b' }]);
  });

  test.each(ways)('%s: tasks and schedules run', async (_, reach) => {
    const server = await startTestServer('postgres', { place, env: await reach() });
    onTestFinished(() => server.stop());
    const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    expect(await server.admin.ended(id)).toMatchObject({ State: 'Succeeded' });
    const { Id } = await server.admin.json('POST', '/Schedules', {
      Name: 'each second',
      Definition: 'countdown',
      ParameterObject: { seconds: '0' },
      Cron: '* * * * * *',
    });
    const lastTask = async (): Promise<number> =>
      (await server.admin.json('GET', `/Schedules/${Id}`)).LastTaskId ?? 0;
    await expect.poll(lastTask, { timeout: 60_000 }).toBeGreaterThan(0);
    expect(await server.admin.json('GET', '/Schedules')).toHaveLength(1);
    await server.admin.json('DELETE', `/Schedules/${Id}`);
  });
});

describe('a start is refused in one line and with the code 8', () => {
  test('on a database in another encoding', async () => {
    const server = inject('postgresUrl');
    const name = `batchline_${randomUUID().replaceAll('-', '')}`;
    await onServer(
      server,
      `create database ${name} encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0`,
    );
    const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
    onTestFinished(() => dropDatabase(url));
    const { code, stderr } = await runCli(['serve'], { ...TEST_ENV, DATABASE_URL: url });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(
        /^batchline: DATABASE_URL names a database in the encoding LATIN1; UTF8 is accepted/,
      ),
    ]);
    expect(code).toBe(8);
  });

  test('with a role that lacks rights', async () => {
    const place = await createPlace('postgres');
    onTestFinished(() => place.remove());
    const role = `role_${randomUUID().replaceAll('-', '')}`;
    await onServer(inject('postgresUrl'), `create role ${role} login`);
    onTestFinished(async () => {
      await onServer(inject('postgresUrl'), `drop role ${role}`);
    });
    const url = Object.assign(new URL(place.env.DATABASE_URL ?? ''), { username: role }).href;
    const { code, stderr } = await runCli(['serve'], { ...TEST_ENV, ...place.env, DATABASE_URL: url });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^batchline: DATABASE_URL: the role lacks a privilege \(permission denied/),
    ]);
    expect(code).toBe(8);
  });
});
