import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quoteText } from '../../src/core/odata/lexer.ts';
import { TaskState } from '../../src/core/task-state.ts';
import type { ApiClient } from '../support/api-client.ts';
import { DATABASES } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import { expectError, startConformanceServer, taskIn } from './helpers.ts';

const INVALID = 'ArgumentException';
const DEFAULT_COLUMNS = [
  ...['DefinitionName', 'Description', 'State', 'StartCount', 'LastStarted', 'ProgressPercent'],
  ...['ProgressDescription', 'registeredBy', 'registeredDate'],
];

/** Filters as the public pages print them, with columns of this list in place of those of companies and persons. */
const PUBLISHED_FILTERS: readonly (readonly [string, readonly number[]])[] = [
  ["DefinitionName begins 'hel'", [0, 1, 3]],
  ['StartCount = 1', [2, 3]],
  ['State in (1,4,5)', [0, 1, 3]],
  ['LastStarted set', [2, 3]],
  ["registeredDate after '2014.3.4'", [0, 1, 2, 3]],
  ["registeredDate dateBetween ('2014.11.29', '2014.12.25')", []],
  ['updatedDate lastWeek', []],
  ['registeredBy currentAssociate', [0, 1, 2, 3]],
  ["StartCount = 1  AND DefinitionName contains 'list'", [2]],
  ["(State = 4 or State = 5) and DefinitionName contains 'el'", [1, 3]],
  ["Description contains 'It\\'s'", [0]],
  ["Description eq 'second' and startswith(DefinitionName, 'he')", [1]],
  ["thisAndPrevious(registeredDate, 2, 'weeks')", [0, 1, 2, 3]],
  ['getNoRows set true', []],
  ['getAllRows set true', [0, 1, 2, 3]],
  ["registeredDate gt '2021-1-1'", [0, 1, 2, 3]],
  ["registeredDate dateBetween ('2020-05-11','2020-05-31')", []],
  ["registeredDate beforeTime '2020-05-28T15:00:00'", []],
  ["DefinitionName between ('A','L')", [0, 1, 3]],
  ['DetailsTable isNotNull', [0, 1, 2, 3]],
  ['LastStarted isNull', [0, 1]],
  ["Request notContains 'order'", [0, 2, 3]],
  ['State eq [I:5]', [1]],
];

describe.each(DATABASES)('the archive list on %s', (kind) => {
  let server: TestServer;
  let admin: ApiClient;
  let owner: ApiClient;
  let other: ApiClient;
  let viewer: ApiClient;
  let tina: ApiClient;
  let tara: ApiClient;
  /** Tasks of `owner`, the oldest first: New, Failed, Started, Succeeded. */
  let own: number[];
  let system: number;
  let ofOther: number;
  let ofTina: number;

  beforeAll(async () => {
    server = await startConformanceServer(kind, { BATCHLINE_LIST_LIMIT_ITEMS: '20' });
    admin = server.admin;
    [owner, other, viewer, tina, tara] = await Promise.all([
      server.associate('owner'),
      server.associate('other'),
      server.associate('viewer', { roles: ['viewer'] }),
      server.associate('tina', { tenant: 'Cust1' }),
      server.associate('tara', { tenant: 'Cust1', roles: ['administrator'] }),
    ]);
    own = [
      await taskIn('New', owner, { Description: "It's 100% Ä", Context: 'one', DetailsTable: 3 }),
      await taskIn('Failed', owner, { Description: 'second', Request: 'order 66' }),
      await taskIn('Started', owner, { Name: 'listed', Description: 'SECOND to none' }),
      await taskIn('Succeeded', owner, { FileName: 'report.txt' }),
    ];
    system = await taskIn('New', admin, { IsSystemTask: true });
    ofOther = await taskIn('New', other);
    ofTina = await taskIn('New', tina);
  });
  afterAll(() => server?.stop());

  const url = (query: Record<string, string | number>): string =>
    `/BatchTask?${Object.entries(query)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&')}`;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  const list = (client: ApiClient, query: Record<string, string | number> = {}): Promise<any> =>
    client.json('GET', url(query));
  const ids = async (client: ApiClient, query: Record<string, string | number> = {}): Promise<number[]> =>
    (await list(client, query)).value.map((row: { PrimaryKey: string }) => Number(row.PrimaryKey));
  const mine = (filter: string): Promise<number[]> =>
    ids(owner, { $filter: filter, $orderBy: 'batchTaskId' });

  describe('the answer', () => {
    test('has the shape of the contract, the newest task first', async () => {
      const answer = await list(owner);
      expect(Object.keys(answer)).toEqual(['odata.metadata', 'odata.nextLink', 'value']);
      expect(answer['odata.metadata']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/archive\$metadata$/);
      expect(answer['odata.nextLink']).toBeNull();
      expect(answer.value.map((row: { PrimaryKey: string }) => row.PrimaryKey)).toEqual(
        [system, ...own.toReversed()].map(String),
      );
      for (const row of answer.value) {
        expect(Object.keys(row)).toEqual(['PrimaryKey', 'EntityName', ...DEFAULT_COLUMNS]);
        expect(row.EntityName).toBe('batchtask');
      }
    });

    test('says of a task what GET of the task says', async () => {
      const columns: Record<string, string> = {
        batchTaskId: 'Id',
        DefinitionName: 'Name',
        name: 'Name',
        associateId: 'AssociateId',
        Description: 'Description',
        Request: 'Request',
        Response: 'Response',
        StartCount: 'StartCount',
        LastStarted: 'LastStarted',
        registeredDate: 'Created',
        ProgressPercent: 'ProgressPercent',
        ProgressDescription: 'ProgressDescription',
        fileName: 'FileName',
        context: 'Context',
        result: 'Result',
        DetailsTable: 'DetailsTable',
        DetailsRecord: 'DetailsRecord',
        DbTag: 'DatabaseSerialNumber',
        cancellationBehaviour: 'CancellationBehaviour',
        isSystemTask: 'IsSystemTask',
        isInternalTask: 'IsInternalTask',
      };
      const $select = [...Object.keys(columns), 'State', 'registeredBy', 'updatedBy'].join();
      const { value } = await list(owner, { $select });
      expect(value.length).toBe(own.length + 1);
      for (const row of value) {
        const task = await owner.task(Number(row.PrimaryKey));
        for (const [column, property] of Object.entries(columns))
          expect(row[column], column).toEqual(task[property]);
        expect(row.State).toBe(TaskState[task.State as 'New']);
        expect(row.registeredBy).toBe(task.AssociateId === 0 ? '' : 'owner');
        expect(row.updatedBy).toBe(task.AssociateId === 0 ? 'Administrator' : 'owner');
      }
    });

    test('$select picks columns in its order and spelling, options in any casing', async () => {
      const { value } = await list(owner, { $SELECT: 'NAME,batchtaskid,Definitionname', $Top: 1 });
      expect(value).toEqual([
        {
          PrimaryKey: String(system),
          EntityName: 'batchtask',
          NAME: 'held',
          batchtaskid: system,
          Definitionname: 'held',
        },
      ]);
      expect(Object.keys(value[0])).toEqual([
        'PrimaryKey',
        'EntityName',
        'NAME',
        'batchtaskid',
        'Definitionname',
      ]);
    });

    test('definitions have a number, a description and no time limit', async () => {
      const $select = 'DefinitionId,DefinitionDescription,DefinitionTimeOut,DefinitionName';
      const { value } = await list(admin, { $select, $top: 20, $orderBy: 'DefinitionDescription desc' });
      const definitions = await admin.json('GET', '/Definitions');
      const ids = new Map<number, string>();
      for (const row of value) {
        const { Description } = definitions.find((one: { Name: string }) => one.Name === row.DefinitionName);
        expect(row).toMatchObject({ DefinitionDescription: Description, DefinitionTimeOut: 0 });
        expect(ids.get(row.DefinitionId) ?? row.DefinitionName).toBe(row.DefinitionName);
        ids.set(row.DefinitionId, row.DefinitionName);
      }
      expect(ids.size).toBe(new Set(value.map((row: { DefinitionName: string }) => row.DefinitionName)).size);
      const listed = [...ids].find(([, name]) => name === 'listed')?.[0];
      expect(await mine(`DefinitionId eq ${listed}`)).toEqual([own[2]]);
      const { Description } = definitions.find((one: { Name: string }) => one.Name === 'listed');
      expect(await mine(`DefinitionDescription eq '${Description}' and DefinitionName eq 'listed'`)).toEqual([
        own[2],
      ]);
      const Filter = `DefinitionDescription eq ${quoteText(Description)} and DefinitionName eq 'listed'`;
      const bulk = await owner.json('POST', '/BatchTask/Bulk', { Action: 'Stop', Filter, DryRun: true });
      expect(bulk).toMatchObject({ Matched: 1 });
    });

    test('$mode, $output and $jsonSafe change how a row is written', async () => {
      const query = {
        $filter: `batchTaskId eq ${own[1]}`,
        $select: 'State,isSystemTask,LastStarted,startCount,registeredBy,cancellationBehaviour',
      };
      const row = async (more: Record<string, string>) => (await list(owner, { ...query, ...more })).value[0];
      const keys = { PrimaryKey: String(own[1]), EntityName: 'batchtask' };
      const logical = {
        State: 5,
        isSystemTask: false,
        LastStarted: '0001-01-01T00:00:00',
        startCount: 0,
        registeredBy: 'owner',
        cancellationBehaviour: 'CanCancel',
      };
      expect(await row({})).toEqual({ ...keys, ...logical });
      expect(await row({ $mode: 'slim', $output: 'logical' })).toEqual({ ...keys, ...logical });
      expect(await row({ $output: 'Display' })).toEqual({ ...keys, ...logical, isSystemTask: 'No' });
      expect(await row({ $mode: 'Full' })).toEqual({
        PrimaryKey: own[1],
        EntityName: 'batchtask',
        StyleHint: '',
        LinkHint: '',
        TableRight: { Mask: 11, Reason: '' },
        Column: {
          State: { RawValue: 5, DisplayValue: '5', LinkHint: '', TooltipHint: '' },
          isSystemTask: { RawValue: false, DisplayValue: 'No', LinkHint: '', TooltipHint: '' },
          LastStarted: { RawValue: '0001-01-01T00:00:00', DisplayValue: '', LinkHint: '', TooltipHint: '' },
          startCount: { RawValue: 0, DisplayValue: '0', LinkHint: '', TooltipHint: '' },
          registeredBy: { RawValue: owner.associateId, DisplayValue: 'owner', LinkHint: '', TooltipHint: '' },
          cancellationBehaviour: { RawValue: 0, DisplayValue: 'CanCancel', LinkHint: '', TooltipHint: '' },
        },
      });
      expect(await row({ $mode: 'Wide', $jsonSafe: 'True' })).toEqual({
        ...keys,
        ...logical,
        registeredBy_raw: owner.associateId,
        cancellationBehaviour_raw: 0,
      });
      expect(await row({ $mode: 'Wide' })).toHaveProperty(['registeredBy:raw'], owner.associateId);
      const shared = await list(owner, {
        $filter: `batchTaskId eq ${system}`,
        $mode: 'Full',
        $select: 'State',
      });
      expect(shared.value[0].TableRight).toEqual({ Mask: 1, Reason: expect.stringMatching(/./) });
    });

    test('XML by $format and by Accept, and $format counts more', async () => {
      const query = { $filter: `batchTaskId eq ${own[1]}`, $select: 'State' };
      const asked = (more: Record<string, string>, headers: Record<string, string> = {}) =>
        owner.call('GET', url({ ...query, ...more }), undefined, headers);
      const byFormat = await asked({ $format: 'xml' });
      expect(byFormat.headers.get('content-type')).toBe('application/xml; charset=utf-8');
      expect(byFormat.text).toMatch(/^<ArchiveList .*<State>5<\/State>.*<\/ArchiveList>$/s);
      expect((await asked({}, { Accept: 'application/xml' })).text).toBe(byFormat.text);
      const json = await asked({ $format: 'JSON' }, { Accept: 'application/xml' });
      expect(json.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(json.body.value).toHaveLength(1);
    });

    test("texts are in the caller's language, days in the caller's zone", async () => {
      const multiLanguage = 'US:"Supplier";NO:"Leverandør"';
      const id = await taskIn('New', admin, { Description: multiLanguage });
      const query = {
        $filter: `batchTaskId eq ${id}`,
        $select: 'Description,isSystemTask',
        $output: 'Display',
        $mode: 'Wide',
      };
      const norwegian = { 'SO-Language': 'nb' };
      const shown = await admin.call('GET', url(query), undefined, norwegian);
      expect(shown.body.value[0]).toMatchObject({
        Description: 'Leverandør',
        'Description:raw': multiLanguage,
      });
      expect((await list(admin, query)).value[0]).toMatchObject({ Description: multiLanguage });
      const flagged = await admin.call('GET', url({ ...query, $mode: 'Slim' }), undefined, norwegian);
      expect(flagged.body.value[0].isSystemTask).toBe('Nei');
      await admin.call('DELETE', `/BatchTask/${id}`);
      const wrong = await owner.call('GET', url({ $filter: 'name eq' }), undefined, norwegian);
      expect(wrong.body.Message).toMatch(/^\$filter er ugyldig ved tegn 8/);
      await sql`update batchline.task set last_started = '2026-01-01T23:30:00Z' where id = ${own[3]}`.execute(
        server.database.sql,
      );
      const onDay = async (headers: Record<string, string>) =>
        (await owner.call('GET', url({ $filter: "lastStarted eq '2026-01-02'" }), undefined, headers)).body
          .value;
      expect(await onDay({})).toEqual([]);
      expect(await onDay({ 'SO-TimeZone': 'NO' })).toMatchObject([
        { PrimaryKey: String(own[3]), LastStarted: '2026-01-02T00:30:00' },
      ]);
      await sql`update batchline.task set last_started = now() where id = ${own[3]}`.execute(
        server.database.sql,
      );
      // Registered and updated are in UTC in every zone.
      const { Created } = await owner.task(own[3] ?? 0);
      const zoned = await owner.call(
        'GET',
        url({ $filter: `batchTaskId eq ${own[3]}`, $select: 'registeredDate,updatedDate' }),
        undefined,
        { 'SO-TimeZone': 'US-HI' },
      );
      expect(zoned.body.value[0].registeredDate).toBe(Created);
      expect(zoned.body.value[0].updatedDate.slice(0, 10)).toBe(new Date().toISOString().slice(0, 10));
    });

    test('the options that change nothing here are taken', async () => {
      const query = {
        $entities: 'BatchTask, batchtask',
        $context: 'anything',
        $format: 'json',
        $options: 'GrandTotal=false',
      };
      expect(await ids(owner, query)).toEqual(await ids(owner));
    });

    test('a hosted address is kept in the links', async () => {
      const response = await fetch(`${server.url}/Cust1/api/v1/BatchTask?$top=1`, {
        headers: { Authorization: admin.authorization },
      });
      // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
      const answer = (await response.json()) as any;
      expect(answer['odata.metadata']).toContain('/Cust1/api/v1/archive$metadata');
      expect(answer.value.map((row: { PrimaryKey: string }) => Number(row.PrimaryKey))).toEqual([ofTina]);
    });
  });

  describe('$filter', () => {
    test.each(PUBLISHED_FILTERS)('as published: %s', async (text, places) => {
      expect(await mine(`(${text}) and registeredBy currentAssociate`)).toEqual(
        places.map((place) => own[place]),
      );
    });

    test.each([
      ["state eq 'Failed'", [1]],
      ['state oneOf (1, 5) and associateId currentAssociate', [0, 1]],
      ["name eq 'LISTED'", [2]],
      ["description eq 'it''s 100% ä'", [0]],
      ["description contains '0% '", [0]],
      ["description contains 'x%'", []],
      ["description begins 'second'", [1, 2]],
      ["substringof('second', description) eq true", [1, 2]],
      ["endswith(description, 'NONE') or request set", [1, 2]],
      ['(state eq 4 or state eq 5) and request set', [1]],
      ['associateId set and registeredDate today', [0, 1, 2, 3]],
      ['lastStarted set', [2, 3]],
      ["lastStarted after '0001-01-01T00:00:00'", [2, 3]],
      ['lastStarted today and thisAndPrevious(registeredDate, 2, weeks)', [2, 3]],
      ['detailsTable between (2, 4)', [0]],
      ["fileName is 'REPORT.TXT'", [3]],
      ["databaseSerialNumber eq 'batchline' and isSystemTask eq false", [0, 1, 2, 3]],
    ] as [string, number[]][])('%s', async (text, places) => {
      expect(await mine(text)).toEqual(places.map((place) => own[place]));
    });

    test.each([
      ["nope eq 'a'", 'character 1: found "nope"', 'DefinitionId, DefinitionName'],
      ["startCount contains 'a'", 'character 12: found "contains"', 'between'],
      ['registeredDate before today', 'character 23: found "today"', "'2026-11-24'"],
      ["name eq 'a", 'character 9'],
      ['name eq "a"', 'character 9'],
      [`${'('.repeat(51)}name set`, 'character 51', 'a depth of 50'],
      ["name eq 'a\0'", 'NUL'],
      ['state eq 99999999999', 'character 10'],
      ["name eq 'a'; drop table batchline.task --", 'character 12: found ";"'],
      [
        Array.from({ length: 101 }, () => 'name set').join(' or '),
        'one condition too many',
        'a maximum of 100',
      ],
    ])('%s is refused with its place', async (text, ...says) => {
      expectError(await owner.call('GET', url({ $filter: text })), 400, INVALID, ...says);
    });

    test('numbers that no state has are of no task, and no error', async () => {
      expect(await mine('state eq 99999 or state eq -5 or progressPercent eq 2147483647')).toEqual([]);
    });
  });

  describe('invalid input is refused with the reason', () => {
    test.each([
      [{ $select: 'nope' }, '"nope"', 'DefinitionId, DefinitionName'],
      [{ $orderBy: 'name sideways' }, '"name sideways"', 'asc or desc'],
      [{ $top: '-1' }, '$top is "-1"', 'whole number'],
      [{ $top: '1.5' }, '$top'],
      [{ $skip: '99999999999' }, '$skip'],
      [{ $mode: 'Fat' }, '$mode is "Fat"', 'Slim or Wide or Full'],
      [{ $output: 'x' }, '$output', 'Logical or Display'],
      [{ $jsonSafe: 'maybe' }, '$jsonSafe'],
      [{ $format: 'CSV' }, '$format', 'JSON or XML'],
      [{ $entities: 'contact' }, '$entities', 'batchtask'],
      [{ $orderBy: 'Request' }, '"Request"', 'DefinitionName'],
      [
        { $select: 'Sum(CurrencyConvert(StartCount;State))' },
        'CurrencyConvert and Expression are not supported',
      ],
      [{ $filter: `name eq '${'x'.repeat(12_000)}' or` }, 'the end'],
      [{ $options: 'Total=true' }, '$options', 'GrandTotal=true'],
      [{ $skiptoken: 'x' }, '$skiptoken', 'odata.nextLink'],
      [{ $inlinecount: 'allpages' }, '"$inlinecount"', '$filter'],
      [{ filter: "name eq 'a'" }, '"filter"', '$filter'],
      [{ $top: '5', $TOP: '6' }, '$TOP is given more than once'],
    ] as [Record<string, string>, ...string[]][])('%j', async (query, ...says) => {
      expectError(await owner.call('GET', url(query)), 400, INVALID, ...says);
    });

    test('an option twice', async () => {
      expectError(await owner.call('GET', '/BatchTask?$top=1&$top=2'), 400, INVALID, 'more than once');
    });
  });

  describe('pages', () => {
    async function follow(client: ApiClient, first: string, between?: () => Promise<unknown>) {
      const pages: number[][] = [];
      for (let next: string | null = first; next !== null; ) {
        const answer = await client.json('GET', next.replace(/^.*\/api\/v1/, ''));
        pages.push(answer.value.map((row: { PrimaryKey: string }) => Number(row.PrimaryKey)));
        next = answer['odata.nextLink'];
        await between?.();
      }
      return pages;
    }

    test.each([
      '',
      'name',
      'name desc',
      'state desc,name',
      'lastStarted desc',
      'registeredDate',
      'updatedDate,state desc',
    ])('put together are the list, in the order %s', async ($orderBy) => {
      const whole = await ids(owner, { $orderBy });
      const pages = await follow(owner, url({ $orderBy, $top: 2 }));
      expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
      expect(pages.flat()).toEqual(whole);
    });

    test('lose and repeat nothing while tasks are started', async () => {
      const before = await ids(other, { $orderBy: 'name' });
      const pages = await follow(other, url({ $orderBy: 'name,state', $top: 1 }), () =>
        other.start({ Name: 'also-listed' }),
      );
      // The new ones sort before the existing ones.
      expect(pages.flat().filter((id) => before.includes(id))).toEqual(before);
      expect(new Set(pages.flat()).size).toBe(pages.flat().length);
    });

    test('$skip leaves out so many, and nextLink keeps every other option', async () => {
      const whole = await ids(owner);
      expect(await ids(owner, { $skip: 2 })).toEqual(whole.slice(2));
      const query = { $filter: "name ne 'a&b=c'", $select: 'name', $skip: 1, $top: 2, $mode: 'Wide' };
      const answer = await list(owner, query);
      const next = new URL(answer['odata.nextLink']);
      expect(Object.fromEntries(next.searchParams)).toEqual({
        $filter: query.$filter,
        $select: 'name',
        $top: '2',
        $mode: 'Wide',
        $skiptoken: expect.any(String),
      });
      expect(await follow(owner, answer['odata.nextLink'])).toEqual([whole.slice(3)]);
    });

    test('$top is cut at the limit of the server, and nothing is a page too', async () => {
      for (let count = 0; count < 20; count += 1) await tina.start({ Name: 'held' });
      const answer = await list(tina, { $top: 1000 });
      expect(answer.value.length).toBe(20);
      expect((await follow(tina, answer['odata.nextLink'])).flat()).toEqual([ofTina]);
      expect(await list(owner, { $top: 0 })).toMatchObject({ value: [], 'odata.nextLink': null });
    });

    test('a token of another order is refused', async () => {
      const answer = await list(owner, { $orderBy: 'name', $top: 1 });
      const $skiptoken = new URL(answer['odata.nextLink']).searchParams.get('$skiptoken') ?? '';
      expectError(
        await owner.call('GET', url({ $orderBy: 'state', $skiptoken })),
        400,
        INVALID,
        '$skiptoken',
      );
      expectError(
        await owner.call('GET', url({ $orderBy: 'name', $skiptoken, $skip: 1 })),
        400,
        INVALID,
        '$skip',
      );
    });
  });

  describe('among the archives', () => {
    const archive = (query: Record<string, string | number>): string =>
      url(query).replace('/BatchTask', '/Archive/BatchTasks');

    test('the same list, also by a form and by JSON', async () => {
      const query = {
        $filter: 'associateId currentAssociate',
        $select: 'name,State',
        $orderBy: 'name',
        $top: 3,
      };
      const expected = await list(owner, query);
      const byArchive = await owner.json('GET', archive(query));
      expect(byArchive.value).toEqual(expected.value);
      expect(byArchive['odata.metadata']).toBe(expected['odata.metadata']);
      expect(new URL(byArchive['odata.nextLink']).pathname).toBe('/api/v1/Archive/BatchTasks');
      const rest = await owner.json('GET', byArchive['odata.nextLink'].replace(/^.*\/api\/v1/, ''));
      expect(rest.value).toHaveLength(1);
      const form = new URLSearchParams(
        Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
      );
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
      expect((await owner.call('POST', '/archive/batchtasks', form.toString(), headers)).body).toEqual(
        byArchive,
      );
      expect((await owner.call('POST', '/Archive/BatchTasks', query)).body).toEqual(byArchive);
      const both = await owner.call('POST', '/Archive/BatchTasks?$select=name', query);
      expectError(both, 400, INVALID, /more than once/);
      const long = `batchTaskId in (${Array.from({ length: 4000 }, () => own[0]).join()})`;
      expect((await owner.call('POST', '/Archive/BatchTasks', { $filter: long })).body.value).toHaveLength(1);
    });

    test.each([
      ['False', undefined],
      ['Estimate', 4],
      ['True', 4],
      ['AllPages', 4],
    ])('$inlineCount=%s', async ($inlineCount, count) => {
      const query = { $filter: 'associateId currentAssociate', $top: 1, $inlineCount };
      expect((await owner.json('GET', archive(query)))['odata.count']).toBe(count);
    });

    test('the archives and their columns', async () => {
      const { value } = await owner.json('GET', '/archive');
      expect(value).toEqual([{ name: 'BatchTasks', url: `${server.url}/api/v1/Archive/BatchTasks` }]);
      const columns = await owner.json('GET', '/Archive/BatchTasks/$metadata');
      expect(Object.keys(columns).slice(0, 21)).toEqual([
        ...['getAllRows', 'getNoRows', 'DefinitionId', 'DefinitionName', 'DefinitionDescription'],
        ...['DefinitionTimeOut', 'Description', 'DbTag', 'State', 'DetailsTable', 'DetailsRecord', 'Request'],
        ...['Response', 'StartCount', 'LastStarted', 'ProgressPercent', 'ProgressDescription', 'updatedBy'],
        ...['updatedDate', 'registeredBy', 'registeredDate'],
      ]);
      expect(columns.registeredBy).toEqual({
        DisplayName: 'Registered by',
        DisplayTooltip: 'Registered by',
        DisplayType: 'associate',
        CanOrderBy: true,
        Name: 'registeredBy',
        CanRestrictBy: true,
        RestrictionType: 'associate',
        RestrictionListName: '',
        IsVisible: true,
        ExtraInfo: '',
        Width: '16c',
        IconHint: '',
        HeadingIconHint: '',
      });
      for (const path of ['/Archive/BatchTasks$metadata', '/archive/BatchTasks?$metadata=ALL&$select=State'])
        expect(await owner.json('GET', path), path).toEqual(columns);
      const metadata = (await list(owner, { $top: 0 }))['odata.metadata'].replace(/^.*\/api\/v1/, '');
      for (const path of [metadata, '/Archive/$metadata'])
        expect(await owner.json('GET', path), path).toEqual({ BatchTasks: columns });
      for (const [name, { CanOrderBy }] of Object.entries(columns) as [string, { CanOrderBy: boolean }][]) {
        const sorted = await owner.call('GET', url({ $orderBy: name, $select: name, $top: 1 }));
        expect({ name, status: sorted.status }).toEqual({ name, status: CanOrderBy ? 200 : 400 });
      }
      const german = await owner.call('GET', '/Archive/BatchTasks/$metadata', undefined, {
        'SO-Language': 'de',
      });
      expect(german.body.DefinitionName.DisplayName).toBe('Definition');
      expect(german.body.registeredBy.DisplayName).not.toBe('Registered by');
    });
  });

  describe('rights', () => {
    test('one sees what one may see one by one, and nothing else', async () => {
      const { rows } = await sql<{ id: number }>`select id from batchline.task`.execute(server.database.sql);
      for (const client of [admin, owner, other, viewer, tina, tara, await admin.withToken(['read'])]) {
        const visible: number[] = [];
        for (const { id } of rows) {
          if ((await client.call('GET', `/BatchTask/${id}`)).status === 200) visible.push(id);
        }
        const listed: number[] = [];
        for (let skip = 0; listed.length < visible.length || skip === 0; skip += 20)
          listed.push(...(await ids(client, { $orderBy: 'batchTaskId', $skip: skip })));
        expect(listed).toEqual(visible.toSorted((a, b) => a - b));
      }
    });

    test('no filter and no place reaches other tasks', async () => {
      for (const text of [
        `batchTaskId eq ${ofOther}`,
        `batchTaskId eq ${ofTina}`,
        `associateId eq ${other.associateId}`,
        "databaseSerialNumber eq 'Cust1'",
        `batchTaskId eq ${ofOther} or batchTaskId eq ${ofTina}`,
      ]) {
        expect(await mine(text), text).toEqual([]);
      }
      expect(await ids(tara, { $filter: 'associateId set or state ge 0', $top: 20 })).not.toContain(own[0]);
      const anyPlace = Buffer.from(JSON.stringify(['batchTaskId desc', '2147483647'])).toString('base64url');
      expect(await ids(owner, { $skiptoken: anyPlace })).toEqual(await ids(owner));
    });

    test('requires a sign-in', async () => {
      expect((await fetch(`${server.url}/api/v1/BatchTask`)).status).toBe(401);
    });
  });
});
