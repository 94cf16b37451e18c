import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { DATABASES } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import { runningTask, startConformanceServer, taskIn } from './helpers.ts';
import { CLIENTS, type WebApi } from './webapi.ts';

/** The client's ReturnBlobType, which it doesn't export. */
const [AS_BASE64, AS_STRING] = [1, 2] as const;
const UNKNOWN = 2_000_000_000;
const STARTED = '2018-12-24T12:34:45.000Z';
const SUPPLIER = 'NO:"Leverandør";US:"Supplier"';
const REPORT = 'the report';
const BASE64 = Buffer.from(REPORT).toString('base64');

/** The public methods of an agent. */
const methodsOf = (agent: abstract new (...args: never[]) => unknown): string[] =>
  Object.getOwnPropertyNames(agent.prototype).filter((name) => /^[a-z].*Async$/.test(name));

test('each client is the release that it is said to be', async () => {
  const require = createRequire(import.meta.url);
  for (const [version, name] of [
    ['12.4.1514', '@superoffice/webapi'],
    ['10.2.9', 'superoffice-webapi-10'],
  ] as const) {
    const main = require.resolve(name);
    const folder = join(dirname(main), '../..');
    expect(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).version).toBe(version);
  }
});

describe.each(DATABASES)('the official clients on %s', (kind) => {
  let server: TestServer;
  let admin: ApiClient;
  let withFile: number;
  let texts: number;
  beforeAll(async () => {
    server = await startConformanceServer(kind, { BATCHLINE_TIME_ZONE: 'Europe/Oslo' });
    admin = server.admin;
    withFile = await admin.start({ Name: 'with-warning' });
    texts = await taskIn('New', admin, { Description: SUPPLIER });
    await sql`update batchline.task set last_started = ${STARTED} where id = ${texts}`.execute(
      server.database.sql,
    );
    await admin.ended(withFile);
  });
  afterAll(() => server?.stop());

  describe.each(CLIENTS)('%s', (_version, client) => {
    // The first agent's options are the defaults of all others of its module: each one gets all that it needs.
    const options = (more: object = {}) => ({
      baseUrl: `${server.url}/api`,
      axiosConfig: { headers: { Authorization: admin.authorization }, proxy: false as const },
      ...more,
    });
    const batch = (more?: object) => new client.BatchAgent(options(more));
    const blob = () => new client.BLOBAgent(options());
    const zones = () => new client.TimeZoneAgent(options());

    describe('BLOBAgent (contract, section 3)', () => {
      test.each([
        ['bytes', undefined],
        ['an ArrayBuffer', 0],
      ])('gets the output as %s', async (_what, returnBlobAs) => {
        const asked = returnBlobAs === undefined ? undefined : { returnBlobAs };
        for (const argument of [withFile, { batchTaskId: withFile }]) {
          const output = await blob().getOutputFromBatchAsync(argument as number, asked);
          expect(Buffer.from(output as ArrayBuffer).toString()).toBe(REPORT);
        }
      });

      test('gets the output as base64, and as text', async () => {
        const asBase64 = await blob().getOutputFromBatchAsync(withFile, {
          returnBlobAs: AS_BASE64,
        });
        expect(asBase64).toBe(Buffer.from(REPORT).toString('base64'));
        const asText = await blob().getOutputFromBatchAsync(withFile, {
          returnBlobAs: AS_STRING,
        });
        expect(asText).toBe(REPORT);
      });

      test.each(['a task without output', 'an unknown task'])(
        'of %s there are no bytes, or null',
        async (what) => {
          const id = what === 'an unknown task' ? UNKNOWN : texts;
          const bytes = await blob().getOutputFromBatchAsync(id);
          expect(Buffer.from(bytes as ArrayBuffer)).toHaveLength(0);
          expect(await blob().getOutputFromBatchAsync(id, { returnBlobAs: AS_BASE64 })).toBeNull();
        },
      );

      test('cleans up: the task, its file and its binary object are gone; what is unknown is no error', async () => {
        const id = await admin.start({ Name: 'with-warning', ParameterObject: { a: '1' } });
        const { DetailsRecord } = await admin.ended(id);
        const objects = async () => {
          const { rows } =
            await sql`select 1 from batchline.binary_object where id = ${DetailsRecord}`.execute(
              server.database.sql,
            );
          return rows.length;
        };
        expect(await objects()).toBe(1);
        for (const argument of [id, { batchTaskId: id }, UNKNOWN])
          expect(await blob().cleanupBatchTaskAsync(argument as number)).toBe('');
        expect((await admin.call('GET', `/BatchTask/${id}`)).status).toBe(404);
        expect((await admin.call('GET', `/BatchTask/${id}/File`)).status).toBe(404);
        expect(await objects()).toBe(0);
      });

      test.each([
        ['application/octet-stream', 'application/octet-stream', REPORT],
        ['application/json', 'application/json; charset=utf-8', `"${BASE64}"`],
        ['*/*', 'application/json; charset=utf-8', `"${BASE64}"`],
        [
          'application/octet-stream;q=0.5, application/json',
          'application/json; charset=utf-8',
          `"${BASE64}"`,
        ],
        ['text/xml', 'text/xml; charset=utf-8', `<string>${BASE64}</string>`],
      ])('answers Accept: %s with %s', async (Accept, type, content) => {
        const path = `/Agents/BLOB/GetOutputFromBatch?batchTaskId=${withFile}`;
        const answer = await admin.call('POST', path, undefined, { Accept });
        expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([
          200,
          type,
          content,
        ]);
      });

      test('refuses to clean up a running task', async () => {
        const id = await runningTask(admin, 'wait');
        await expect(blob().cleanupBatchTaskAsync(id)).rejects.toMatchObject({ response: { status: 409 } });
        await admin.json('POST', `/BatchTask/${id}/Stop`);
      });
    });

    describe('TimeZoneAgent (contract, sections 5 and 6a)', () => {
      const RULE = { startRulePattern: '0200 LST-SUN-MAR', endRulePattern: '0300 LST-SUN-OCT' };

      test('has these methods, and this file calls each one', () => {
        expect(methodsOf(client.TimeZoneAgent).sort()).toEqual([
          'checkNewTimeZoneDataAvailableAsync',
          'deleteTimeZonesAsync',
          'getBaseTimeZoneIdAsync',
          'getDefaultTimeZoneInformationAsync',
          'getDefaultTimeZonePreferenceAsync',
          'initializeTimeZoneDataAsync',
          'setActiveTimeZoneRowAsync',
          'setActiveTimeZonesByFilterAsync',
          'setBaseTimeZoneIdAsync',
          'timeOfLastTimeZoneUpdateAsync',
          'toggleActiveTimeZoneRowAsync',
          'updateTimeZoneDataAsync',
        ]);
      });

      test('reads the base zone and the zone of the caller', async () => {
        expect(await zones().getBaseTimeZoneIdAsync()).toBe(261);
        expect(await zones().getDefaultTimeZonePreferenceAsync()).toBe(261);
        expect(await zones().getDefaultTimeZoneInformationAsync()).toEqual({
          preferenceId: 0,
          tZLocationId: 261,
          locationCode: 'NO',
          description: 'Norway',
          country: 'Norway',
          bias: 60,
        });
        expect(await zones().getDefaultTimeZoneInformationAsync({ timezone: 'US-NY' })).toMatchObject({
          tZLocationId: 460,
          locationCode: 'US-NY',
          description: 'United States, New York',
          bias: -300,
        });
      });

      test('reads all zones with the rules of this year', async () => {
        const all = await zones().initializeTimeZoneDataAsync();
        const year = String(new Date().getUTCFullYear());
        const norway = all.find(({ tZLocationID }) => tZLocationID === 261);
        expect(norway).toMatchObject({
          name: 'Norway',
          tZLocationCode: 'NO',
          tZLocationCities: 'Oslo',
          isoNumber: 578,
          timeZoneSTDRules: { [year]: { tZOffset: 60, startRulePattern: '' } },
          timeZoneDSTRules: { [year]: { tZOffset: 120, startMonth: 3, endMonth: 10, ...RULE } },
        });
        expect(all.find(({ tZLocationCode }) => tZLocationCode === 'BD')?.timeZoneDSTRules).toEqual({});
        expect(all.length).toBeGreaterThan(400);
      });

      test('is refused, because the rules are part of the server', async () => {
        expect(await zones().checkNewTimeZoneDataAvailableAsync()).toBe(false);
        expect(await zones().updateTimeZoneDataAsync()).toBe(false);
        expect(await zones().timeOfLastTimeZoneUpdateAsync()).toBe('0001-01-01T00:00:00');
        expect(await zones().timeOfLastTimeZoneUpdateAsync({ timezoneInclude: true })).toBe(
          '0001-01-01T01:00:00+01:00',
        );
      });

      test('changes nothing', async () => {
        const agent = zones();
        for (const call of [
          () => agent.setBaseTimeZoneIdAsync(460),
          () => agent.setBaseTimeZoneIdAsync({ timezoneId: 460 }),
          () => agent.toggleActiveTimeZoneRowAsync(460),
          () => agent.setActiveTimeZoneRowAsync(460, false),
          () => agent.setActiveTimeZonesByFilterAsync('US', false),
          () => agent.deleteTimeZonesAsync(),
        ])
          await expect(call()).rejects.toMatchObject({
            response: { status: 403, data: { Message: expect.stringContaining('BATCHLINE_TIME_ZONE') } },
          });
        expect(await agent.getBaseTimeZoneIdAsync()).toBe(261);
      });
    });

    describe('ArchiveAgent with the provider BatchTasks (contract, section 6)', () => {
      const archive = () => new client.ArchiveAgent(options());

      test('names its provider and its columns', async () => {
        expect(await archive().getProviderNamesAsync()).toEqual(['BatchTasks']);
        for (const columns of [
          await archive().getAvailableColumnsAsync('BatchTasks', ''),
          await archive().getAvailableColumnsAsync({ providerName: 'BatchTasks', context: '' }),
        ]) {
          const byName = new Map(columns.map((column) => [column.name, column]));
          for (const name of [
            'getAllRows',
            'DefinitionName',
            'DbTag',
            'State',
            'registeredBy',
            'updatedDate',
          ])
            expect(byName.get(name), name).toMatchObject({ canRestrictBy: true });
          expect(byName.get('Request')?.canOrderBy).toBe(false);
        }
      });

      test.each([
        [undefined, SUPPLIER],
        [{ languageCode: 'nb' }, 'Leverandør'],
        [{ languageCode: '', timezone: 'US-NY', timezoneInclude: true }, SUPPLIER],
      ])('lists rows with %j', async (asked, text) => {
        const request = {
          providerName: 'BatchTasks',
          columns: ['Description', 'State', 'LastStarted'],
          sortOrder: [{ name: 'registeredDate', direction: 'DESC' as never }],
          restriction: [{ name: 'Description', operator: 'contains', values: ['Leverand'], isActive: true }],
          entities: ['batchtask'],
          page: 0,
          pageSize: 10,
        };
        for (const rows of [
          await archive().getArchiveListByColumnsAsync(request, asked),
          await archive().getArchiveListByColumnsAsync(
            request.providerName,
            request.columns,
            request.sortOrder,
            request.restriction,
            request.entities,
            request.page,
            request.pageSize,
            asked,
          ),
        ]) {
          expect(rows.map(({ primaryKey }) => Number(primaryKey))).toEqual([texts]);
          expect(rows[0]).toMatchObject({
            entityName: 'batchtask',
            columnData: { Description: { displayValue: text }, State: { displayValue: expect.any(String) } },
          });
        }
      });

      test('an unknown provider or column is refused', async () => {
        for (const [provider, column] of [
          ['Contacts', 'State'],
          ['BatchTasks', 'nonsense'],
        ] as const) {
          const call = archive().getArchiveListByColumnsAsync(provider, [column], [], [], [], 0, 10);
          await expect(call).rejects.toMatchObject({ response: { data: { Error: true } } });
        }
      });
    });

    describe('the options of a call and of an agent (contract, section 5)', () => {
      const description = async (agent: InstanceType<WebApi['BatchAgent']>, asked?: object) =>
        (await agent.getBatchTaskInfoAsync(texts, asked)).description;

      test.each([
        [undefined, SUPPLIER],
        [{ languageCode: 'nb' }, 'Leverandør'],
        [{ languageCode: 'en' }, 'Supplier'],
        [{ languageCode: 'en-us; en-gb' }, 'Supplier'],
        [{ languageCode: 'fr,de,ru,zh' }, 'Supplier'],
        [{ languageCode: '' }, SUPPLIER],
        [{ languageCode: '-' }, SUPPLIER],
        [{ languageCode: '*' }, SUPPLIER],
        [{ languageCode: 'x' }, SUPPLIER],
        [{ languageCode: 'nb', cultureCode: 'en-us' }, 'Leverandør'],
      ])('a call with %j has %j', async (asked, text) => {
        expect(await description(batch(), asked)).toBe(text);
      });

      test('the language of an agent counts, unless its resource parsing is off or a call names another', async () => {
        expect(await description(batch({ languageCode: 'nb', cultureCode: 'nb-no' }))).toBe('Leverandør');
        expect(await description(batch({ languageCode: 'nb' }), { languageCode: 'en' })).toBe('Supplier');
        const { ResourceParsing } = client;
        const raw = batch({ languageCode: 'nb', resourceParsing: ResourceParsing.DoNotParse });
        expect(await description(raw)).toBe(SUPPLIER);
      });

      test.each([
        [{ timezone: 'US-NY', timezoneInclude: true }],
        [{ timezone: '460', timezoneInclude: true }],
        [{ timezone: 'no', timezoneInclude: true }],
        [{ timezoneInclude: true }],
      ])('with %j every date is the instant that it is', async (asked) => {
        for (const task of [
          await batch().getBatchTaskInfoAsync(texts, asked),
          await batch(asked).getBatchTaskInfoAsync(texts),
        ]) {
          expect(task.lastStarted?.toISOString()).toBe(STARTED);
          const { Created } = (
            await admin.call('GET', `/BatchTask/${texts}`, undefined, {
              'SO-TimeZone': 'UTC,includeTZOffset',
            })
          ).body;
          expect(task.created).toEqual(new Date(Created));
        }
      });

      test('a zone without offsets moves the digits', async () => {
        const task = await batch().getBatchTaskInfoAsync(texts, { timezone: 'US-NY' });
        expect(task.lastStarted).toEqual(new Date('2018-12-24T07:34:45'));
      });

      test('the status of a call is Completed, and $select of the agent nulls the rest', async () => {
        const asked = { requestStatus: client.WebApiStatus.Unknown };
        await batch().getBatchTaskInfoAsync(texts, asked);
        expect(asked.requestStatus).toBe(client.WebApiStatus.Completed);
        const selecting = batch({
          axiosConfig: { ...options().axiosConfig, params: { $select: 'name,State' } },
        });
        expect(await selecting.getBatchTaskInfoAsync(texts)).toMatchObject({
          name: 'held',
          state: 'New',
          description: null,
          startCount: null,
        });
      });
    });
  });
});
