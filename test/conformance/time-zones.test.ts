import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { DATABASES } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import { expectError, startConformanceServer, taskIn } from './helpers.ts';
import { type Agent, BatchAgent } from './webapi.ts';

/** Contract, section 5: `GET /api/v1/TimeZone`. */
const PUBLISHED = [
  [1, 'UTC', '', 'UTC/GMT', '0', ''],
  [36, 'AU-ACT', 'Australia', 'Capital Territory', '+10:00', '+11:00'],
  [50, 'BD', 'Bangladesh', '', '+6:00', ''],
  [114, 'CA-QC', 'Canada', 'Quebec', '-5:00', '-4:00'],
  [140, 'DK', 'Denmark', '', '+1:00', '+2:00'],
  [156, 'FR', 'France', '', '+1:00', '+2:00'],
  [261, 'NO', 'Norway', '', '+1:00', '+2:00'],
  [425, 'US-CA', 'United States', 'California', '-8:00', '-7:00'],
  [433, 'US-HI', 'United States', 'Hawaii', '-10:00', ''],
  [460, 'US-NY', 'United States', 'New York', '-5:00', '-4:00'],
] as const;

const STARTED = '2018-12-24T12:34:45.120Z';
const CREATED = '2018-07-24T12:34:45.000Z';
const DAY_MS = 86_400_000;

describe.each(DATABASES)('time zones and culture on %s', (kind) => {
  let server: TestServer;
  let admin: ApiClient;
  let id: number;
  beforeAll(async () => {
    server = await startConformanceServer(kind, { BATCHLINE_TIME_ZONE: 'Europe/Oslo' });
    admin = server.admin;
    id = await taskIn('New', admin);
    await sql`update batchline.task set last_started = ${STARTED}, created = ${CREATED} where id = ${id}`.execute(
      server.database.sql,
    );
  });
  afterAll(() => server?.stop());

  const inZone = (zone: string, method = 'GET', path = `/BatchTask/${id}`, body?: unknown) =>
    admin.call(method, path, body, { 'SO-TimeZone': zone });

  describe('answers', () => {
    test.each([
      ['', '2018-12-24T13:34:45.12', '2018-07-24T12:34:45', 'NO'],
      ['NO', '2018-12-24T13:34:45.12', '2018-07-24T12:34:45', 'NO'],
      ['261', '2018-12-24T13:34:45.12', '2018-07-24T12:34:45', 'NO'],
      ['US-NY', '2018-12-24T07:34:45.12', '2018-07-24T12:34:45', 'US-NY'],
      [
        'us-ny, includetzoffset',
        '2018-12-24T07:34:45.12-05:00',
        '2018-07-24T12:34:45Z',
        'US-NY, includeTZOffset',
      ],
      ['America/New_York', '2018-12-24T07:34:45.12', '2018-07-24T12:34:45', 'US-NY'],
      ['UTC', '2018-12-24T12:34:45.12', '2018-07-24T12:34:45', 'UTC'],
      ['UTC,includeTZOffset', '2018-12-24T12:34:45.12Z', '2018-07-24T12:34:45Z', 'UTC, includeTZOffset'],
      ['includeTZOffset', '2018-12-24T13:34:45.12+01:00', '2018-07-24T12:34:45Z', 'NO, includeTZOffset'],
    ])('for "%s" have the times %s and %s, and name the zone %s', async (header, started, created, used) => {
      const answer = await inZone(header);
      expect(answer.status, answer.text).toBe(200);
      expect(answer.body).toMatchObject({ LastStarted: started, Created: created });
      expect(answer.headers.get('so-timezone')).toBe(used);
      expect(answer.headers.get('vary')).toContain('SO-TimeZone');
    });

    test('of the agent are in the zone too', async () => {
      const answer = await inZone('US-NY', 'POST', '/Agents/Batch/GetBatchTaskInfosByState', {
        State: 'New',
      });
      const task = answer.body.find(({ Id }: { Id: number }) => Id === id);
      expect(task.LastStarted).toBe('2018-12-24T07:34:45.12');
    });

    test('move a time that was never set like any other, when offsets are asked for', async () => {
      const fresh = await taskIn('New', admin);
      const lastStarted = async (zone: string) =>
        (await inZone(zone, 'GET', `/BatchTask/${fresh}`)).body.LastStarted;
      expect(await lastStarted('AU-ACT, includeTZOffset')).toBe('0001-01-01T10:00:00+10:00');
      expect(await lastStarted('includeTZOffset')).toBe('0001-01-01T01:00:00+01:00');
      expect(await lastStarted('UTC,includeTZOffset')).toBe('0001-01-01T00:00:00Z');
      expect(await lastStarted('AU-ACT')).toBe('0001-01-01T00:00:00');
    });

    test('that are errors name the zone and are no different', async () => {
      const answer = await inZone('US-NY', 'GET', '/BatchTask/2000000000');
      expectError(answer, 404, 'SoNotFoundException');
      expect(answer.headers.get('so-timezone')).toBe('US-NY');
    });
  });

  describe('the official client', () => {
    // The first agent's options are the defaults of all others: what differs is said with each call.
    const agent = (): Agent =>
      new BatchAgent({
        baseUrl: `${server.url}/api`,
        axiosConfig: { headers: { Authorization: admin.authorization }, proxy: false },
      });

    test.each(['NO', '460', 'Asia/Kathmandu', 'UTC'])(
      'reads the instants that they are in the zone %s with offsets',
      async (timezone) => {
        const task = await agent().getBatchTaskInfoAsync(id, { timezone, timezoneInclude: true });
        expect(task.lastStarted?.toISOString()).toBe(STARTED);
        expect(task.created?.toISOString()).toBe(CREATED);
      },
    );

    test('reads instants by their offsets alone, and gets the zone', async () => {
      const seen: unknown[] = [];
      const task = await agent().getBatchTaskInfoAsync(id, {
        timezoneInclude: true,
        responseCallback: (response) => seen.push(response.headers['so-timezone']),
      });
      expect(task.lastStarted?.toISOString()).toBe(STARTED);
      expect(seen).toEqual(['NO, includeTZOffset']);
    });

    test('reads the times of the zone without offsets', async () => {
      const task = await agent().getBatchTaskInfoAsync(id, { timezone: 'US-NY' });
      expect(task.lastStarted).toEqual(new Date('2018-12-24T07:34:45.12'));
    });

    test('is refused for a zone that does not exist', async () => {
      const call = agent().getBatchTaskInfoAsync(id, { timezone: 'Mars' });
      await expect(call).rejects.toMatchObject({
        response: { status: 400, data: { Message: expect.stringContaining('SO-TimeZone') } },
      });
    });
  });

  describe('wrong headers', () => {
    test.each(['Mars', 'US', 'NO, DK', '+01:00', '99999', 'NO; includeTZOffset', 'x'.repeat(4000)])(
      'SO-TimeZone: %s is a 400 on any call, and nothing has happened',
      async (header) => {
        for (const [method, path, body] of [
          ['GET', `/BatchTask/${id}`],
          ['PUT', `/BatchTask/${id}`, { Description: 'changed' }],
          ['PUT', '/BatchTask/x', '{'],
          ['POST', '/Tokens', { Name: 'never made' }],
          ['GET', '/TimeZone'],
        ] as const) {
          const answer = await inZone(header, method, path, body);
          expectError(answer, 400, 'ArgumentException', 'SO-TimeZone', 'GET /api/v1/TimeZone');
          expect(answer.headers.get('so-timezone')).toBeNull();
        }
        expect((await admin.task(id)).Description).toBe('');
        const tokens = await admin.json('GET', '/Tokens');
        expect(tokens).not.toContainEqual(expect.objectContaining({ Name: 'never made' }));
      },
    );

    test('SO-Culture is a 400 where it is malformed, and ignored without a language', async () => {
      const call = (headers: Record<string, string>) =>
        admin.call('GET', `/BatchTask/${id}`, undefined, headers);
      const wrong = { 'SO-Culture': 'not one' };
      expectError(await call({ ...wrong, 'SO-Language': 'en' }), 400, 'ArgumentException', 'SO-Culture');
      expect((await call({ ...wrong, 'SO-Language': '' })).status).toBe(200);
      expect((await call({ 'SO-Culture': 'qq-QQ', 'SO-Language': 'en' })).status).toBe(200);
    });

    test('values of their own stay neutral in any culture; the offset of the browser is not used', async () => {
      const answer = await admin.call('GET', `/BatchTask/${id}`, undefined, {
        'SO-Language': 'nb-no',
        'SO-Culture': 'sv',
        'SO-TimeZone': 'UTC',
        'SO-Browser-TZ-Offset': '-300',
      });
      expect(answer.body).toMatchObject({ LastStarted: '2018-12-24T12:34:45.12', ProgressPercent: 0 });
    });
  });

  describe('incoming times', () => {
    // A year from now at noon: in summer or winter, but a time that every zone has once.
    const soon = `${new Date(Date.now() + 365 * DAY_MS).toISOString().slice(0, 10)}T12:00:00`;
    /** What becomes of an Expires that is sent in a zone: in the answer, and read in UTC. */
    const expiryOf = async (zone: string, Expires: string): Promise<{ answered: string; utc: string }> => {
      const answer = await inZone(zone, 'POST', '/Tokens', { Name: 'zoned', Expires });
      expect(answer.status, answer.text).toBe(201);
      const tokens: { Id: number; Expires: string }[] = (await inZone('UTC', 'GET', '/Tokens')).body;
      const token = tokens.find(({ Id }) => Id === answer.body.Id);
      return { answered: answer.body.Expires, utc: token?.Expires ?? 'missing' };
    };
    const utc = (text: string): string => new Date(text).toISOString().slice(0, 19);

    test('without an offset are in the zone, or in the base zone', async () => {
      expect(await expiryOf('UTC', soon)).toEqual({ answered: soon, utc: soon });
      expect(await expiryOf('US-HI', soon)).toEqual({ answered: soon, utc: utc(`${soon}-10:00`) });
      expect(await expiryOf('BD', soon)).toEqual({ answered: soon, utc: utc(`${soon}+06:00`) });
      expect(await expiryOf('', soon)).toEqual(await expiryOf('NO', soon));
    });

    test('with Z or an offset keep their instant', async () => {
      expect((await expiryOf('US-HI', `${soon}Z`)).utc).toBe(soon);
      expect((await expiryOf('US-HI', `${soon}+0600`)).utc).toBe(utc(`${soon}+06:00`));
    });

    test.each([
      ['no date', { Expires: 'tomorrow' }, '2018-12-24T07:34:45'],
      ['the past', { Expires: '2018-12-24' }, 'next 3650 days'],
      ['too far', { Expires: '9999-12-31T23:59:59Z' }, 'next 3650 days'],
      ['no text', { Expires: 5 }, 'Expires'],
      ['two ways', { Expires: soon, ExpiresInDays: 3 }, 'one of them'],
    ])('that are wrong are refused: %s', async (_why, body, says) => {
      const answer = await admin.call('POST', '/Tokens', { Name: 'zoned', ...body });
      expectError(answer, 400, 'ArgumentException', 'Expires', says);
    });
  });

  describe('GET /TimeZone', () => {
    const rows = async (query = ''): Promise<Record<string, unknown>[]> =>
      (await admin.json('GET', `/TimeZone${query}`)).value;

    test('is an archive list of the zones with the published ids, codes and offsets', async () => {
      const list = await admin.json('GET', '/TimeZone');
      expect(list).toMatchObject({
        'odata.metadata': `${server.url}/api/v1/archive$metadata`,
        'odata.nextLink': null,
      });
      for (const [id, timeZone, country, region, offset, daylight] of PUBLISHED) {
        expect(list.value).toContainEqual({
          PrimaryKey: String(id),
          EntityName: 'timezone',
          id,
          timeZone,
          country,
          region,
          offset,
          daylight,
          isActive: true,
        });
      }
    });

    test.each([
      ['?$select=timezone,ianaName&$top=2', [{ timezone: 'UTC', ianaName: 'UTC' }, { timezone: 'AU-ACT' }]],
      ['?$TOP=1&$skip=6', [{ id: 261 }]],
      ['?$orderBy=id desc&$top=1&$select=id', [{ PrimaryKey: expect.stringMatching(/^10/) }]],
      ['?$orderBy=offset,country desc,id&$top=1', [{ offset: '-11:00' }]],
      ['?$top=0', []],
    ])('%s', async (query, expected) => {
      expect(await rows(query)).toMatchObject(expected);
    });

    test.each([
      ['$select=id,nonsense', 'nonsense'],
      ['$orderBy=nonsense', 'nonsense'],
      ['$top=-1', '$top'],
      ['$filter=id eq 1', '$filter'],
      ['$mode=Full', '$mode'],
      ['nonsense=1', 'nonsense'],
    ])('%s is refused', async (query, says) => {
      expectError(await admin.call('GET', `/TimeZone?${query}`), 400, 'ArgumentException', says);
    });

    test('base, current, and one by its id or its code have the rules of this year', async () => {
      const year = new Date().getUTCFullYear();
      const norway = await admin.json('GET', '/TimeZone/base');
      expect(norway).toEqual({
        TZLocationID: 261,
        Name: 'Norway',
        TZLocationCode: 'NO',
        TZLocationCities: 'Oslo',
        IsoNumber: 578,
        TimeZoneSTDRules: {
          [year]: {
            TZOffset: 60,
            StartRulePattern: '',
            EndRulePattern: '',
            StartDay: 0,
            StartMonth: 0,
            EndDay: 0,
            EndMonth: 0,
          },
        },
        TimeZoneDSTRules: {
          [year]: {
            TZOffset: 120,
            StartRulePattern: '0200 LST-SUN-MAR',
            EndRulePattern: '0300 LST-SUN-OCT',
            StartDay: expect.any(Number),
            StartMonth: 3,
            EndDay: expect.any(Number),
            EndMonth: 10,
          },
        },
      });
      for (const path of ['current', '261', 'no']) {
        expect(await admin.json('GET', `/TimeZone/${path}`)).toEqual(norway);
      }
      expect((await inZone('460', 'GET', '/timezone/current')).body.TZLocationCode).toBe('US-NY');
      const unlisted = (await inZone('Etc/GMT+3', 'GET', '/TimeZone/current')).body;
      expect(unlisted).toMatchObject({ TZLocationID: 0, TZLocationCode: 'Etc/GMT+3', IsoNumber: 0 });
    });

    test.each(['0', '2', 'XX', '__proto__', '%00', 'US'])('%s is 404', async (name) => {
      const answer = await admin.call('GET', `/timezone/${name}`);
      expectError(answer, 404, 'SoNotFoundException', 'GET /api/v1/TimeZone');
    });

    test('what it lists, the header takes', async () => {
      for (const { id, timeZone } of (await rows()).filter((_, index) => index % 40 === 0)) {
        for (const name of [String(id), String(timeZone)]) {
          expect((await inZone(name)).headers.get('so-timezone')).toBe(timeZone);
        }
      }
    });
  });
});
