import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { DATABASES } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import { expectError, startConformanceServer, taskIn } from './helpers.ts';

const INVALID = 'ArgumentException';
const DEFAULT_COLUMNS = [
  ...['batchTaskId', 'name', 'state', 'associateId', 'description', 'request', 'response', 'startCount'],
  ...['lastStarted', 'registeredDate', 'updatedDate', 'progressPercent', 'progressDescription', 'fileName'],
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
    server = await startConformanceServer(kind, { BATCHLINE_LIST_LIMIT: '20' });
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
    (await list(client, query)).value.map((row: { PrimaryKey: number }) => row.PrimaryKey);
  const mine = (filter: string): Promise<number[]> =>
    ids(owner, { $filter: filter, $orderBy: 'batchTaskId' });

  describe('the answer', () => {
    test('has the shape of the contract, the newest task first', async () => {
      const answer = await list(owner);
      expect(Object.keys(answer)).toEqual(['odata.metadata', 'odata.nextLink', 'value']);
      expect(answer['odata.metadata']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/BatchTask/);
      expect(answer['odata.nextLink']).toBeNull();
      expect(answer.value.map((row: { PrimaryKey: number }) => row.PrimaryKey)).toEqual([
        system,
        ...own.toReversed(),
      ]);
      for (const row of answer.value) {
        expect(Object.keys(row)).toEqual(['PrimaryKey', 'EntityName', ...DEFAULT_COLUMNS]);
        expect(row).toMatchObject({ EntityName: 'batchTask', batchTaskId: row.PrimaryKey });
      }
    });

    test('says of a task what GET of the task says', async () => {
      const columns: Record<string, string> = {
        batchTaskId: 'Id',
        name: 'Name',
        state: 'State',
        associateId: 'AssociateId',
        description: 'Description',
        request: 'Request',
        response: 'Response',
        startCount: 'StartCount',
        lastStarted: 'LastStarted',
        registeredDate: 'Created',
        progressPercent: 'ProgressPercent',
        progressDescription: 'ProgressDescription',
        fileName: 'FileName',
        context: 'Context',
        result: 'Result',
        detailsTable: 'DetailsTable',
        detailsRecord: 'DetailsRecord',
        databaseSerialNumber: 'DatabaseSerialNumber',
        cancellationBehaviour: 'CancellationBehaviour',
        isSystemTask: 'IsSystemTask',
        isInternalTask: 'IsInternalTask',
      };
      const { value } = await list(owner, { $select: Object.keys(columns).join() });
      expect(value.length).toBe(own.length + 1);
      for (const row of value) {
        const task = await owner.task(row.PrimaryKey);
        for (const [column, property] of Object.entries(columns))
          expect(row[column], column).toEqual(task[property]);
      }
    });

    test('$select picks columns in its order, options and columns in any casing', async () => {
      const { value } = await list(owner, { $SELECT: 'NAME,batchtaskid', $Top: 1 });
      expect(value).toEqual([
        { PrimaryKey: system, EntityName: 'batchTask', name: 'held', batchTaskId: system },
      ]);
    });

    test('$mode, $output and $jsonSafe change how a row is written', async () => {
      const query = {
        $filter: `batchTaskId eq ${own[1]}`,
        $select: 'state,isSystemTask,lastStarted,startCount',
      };
      const row = async (more: Record<string, string>) => (await list(owner, { ...query, ...more })).value[0];
      const keys = { PrimaryKey: own[1], EntityName: 'batchTask' };
      const logical = {
        state: 'Failed',
        isSystemTask: false,
        lastStarted: '0001-01-01T00:00:00',
        startCount: 0,
      };
      expect(await row({})).toEqual({ ...keys, ...logical });
      expect(await row({ $mode: 'slim', $output: 'logical' })).toEqual({ ...keys, ...logical });
      expect(await row({ $output: 'Display' })).toEqual({
        ...keys,
        ...logical,
        state: 'Failed',
        isSystemTask: 'No',
      });
      expect(await row({ $mode: 'Full' })).toMatchObject({
        ...keys,
        state: { DisplayValue: 'Failed', TooltipHint: '', LinkHint: '', RawValue: 'Failed' },
        isSystemTask: { DisplayValue: 'No', RawValue: false },
        lastStarted: { DisplayValue: '', RawValue: '0001-01-01T00:00:00' },
        startCount: { DisplayValue: '0', RawValue: 0 },
      });
      expect(await row({ $mode: 'Wide', $jsonSafe: 'True' })).toEqual({
        ...keys,
        ...logical,
        state_DisplayValue: 'Failed',
        isSystemTask_DisplayValue: 'No',
        lastStarted_DisplayValue: '',
        startCount_DisplayValue: '0',
      });
      expect(await row({ $mode: 'Wide' })).toHaveProperty(['state:DisplayValue'], 'Failed');
    });

    test('XML by $format and by Accept, and $format counts more', async () => {
      const query = { $filter: `batchTaskId eq ${own[1]}`, $select: 'state,Count(name):Footer' };
      const asked = (more: Record<string, string>, headers: Record<string, string> = {}) =>
        owner.call('GET', url({ ...query, ...more }), undefined, headers);
      const byFormat = await asked({ $format: 'xml' });
      expect(byFormat.headers.get('content-type')).toBe('application/xml; charset=utf-8');
      expect(byFormat.text).toMatch(/^<ArchiveList .*<state>Failed<\/state>.*<\/ArchiveList>$/s);
      expect((await asked({}, { Accept: 'application/xml' })).text).toBe(byFormat.text);
      const json = await asked({ $format: 'JSON' }, { Accept: 'application/xml' });
      expect(json.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(json.body.value).toHaveLength(2);
    });

    test('texts are told in the language of the caller, days are those of the zone', async () => {
      const query = {
        $filter: `batchTaskId eq ${own[1]}`,
        $select: 'state,isSystemTask',
        $output: 'Display',
      };
      const norwegian = { 'SO-Language': 'nb' };
      const shown = await owner.call('GET', url(query), undefined, norwegian);
      expect(shown.body.value[0]).toMatchObject({ state: 'Mislyktes', isSystemTask: 'Nei' });
      const wrong = await owner.call('GET', url({ $filter: 'name eq' }), undefined, norwegian);
      expect(wrong.body.Message).toMatch(/^\$filter er feil ved tegn 8/);
      await sql`update batchline.task set last_started = '2026-01-01T23:30:00Z' where id = ${own[3]}`.execute(
        server.database.sql,
      );
      const onDay = async (headers: Record<string, string>) =>
        (await owner.call('GET', url({ $filter: "lastStarted eq '2026-01-02'" }), undefined, headers)).body
          .value;
      expect(await onDay({})).toEqual([]);
      expect(await onDay({ 'SO-TimeZone': 'NO' })).toMatchObject([
        { PrimaryKey: own[3], lastStarted: '2026-01-02T00:30:00' },
      ]);
      await sql`update batchline.task set last_started = now() where id = ${own[3]}`.execute(
        server.database.sql,
      );
    });

    test('the options that change nothing here are taken', async () => {
      const query = {
        $entities: 'BatchTask',
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
      expect(answer['odata.metadata']).toContain('/Cust1/api/v1/BatchTask');
      expect(answer.value.map((row: { PrimaryKey: number }) => row.PrimaryKey)).toEqual([ofTina]);
    });
  });

  describe('$filter', () => {
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
      ["nope eq 'a'", 'character 1: "nope"', 'batchTaskId, name, state'],
      ["startCount contains 'a'", 'character 12: "contains"', 'between'],
      ['registeredDate before today', 'character 23: "today"', "'2026-11-24'"],
      ["name eq 'a", 'character 9'],
      ['name eq "a"', 'character 9'],
      [`${'('.repeat(51)}name set`, 'character 51', 'a depth of 50'],
      ["name eq 'a\0'", 'NUL'],
      ['state eq 99999999999', 'character 10'],
      ["name eq 'a'; drop table batchline.task --", 'character 12: ";"'],
      [`name eq '${'x'.repeat(8000)}'`, '8010 characters', '8000'],
    ])('%s is refused with its place', async (text, ...says) => {
      expectError(await owner.call('GET', url({ $filter: text })), 400, INVALID, ...says);
    });

    test('numbers that no state has are of no task, and no error', async () => {
      expect(await mine('state eq 99999 or state eq -5 or progressPercent eq 2147483647')).toEqual([]);
    });
  });

  describe('what is not accepted is told', () => {
    test.each([
      [{ $select: 'nope' }, '"nope"', 'batchTaskId, name'],
      [{ $orderBy: 'name sideways' }, '"name sideways"', 'asc or desc'],
      [{ $top: '-1' }, '$top is "-1"', 'whole number'],
      [{ $top: '1.5' }, '$top'],
      [{ $skip: '99999999999' }, '$skip'],
      [{ $mode: 'Fat' }, '$mode is "Fat"', 'Slim or Wide or Full'],
      [{ $output: 'x' }, '$output', 'Logical or Display'],
      [{ $jsonSafe: 'maybe' }, '$jsonSafe'],
      [{ $format: 'CSV' }, '$format', 'JSON or XML'],
      [{ $entities: 'contact' }, '$entities', 'batchTask'],
      [{ $options: 'Total=true' }, '$options', 'GrandTotal=true'],
      [{ $skiptoken: 'x' }, '$skiptoken', 'odata.nextLink'],
      [{ $inlinecount: 'allpages' }, '"$inlinecount"', '$filter'],
      [{ filter: "name eq 'a'" }, '"filter"', '$filter'],
      [{ $top: '5', $TOP: '6' }, '$top is there more than once'],
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
        pages.push(answer.value.map((row: { PrimaryKey: number }) => row.PrimaryKey));
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
      // The new ones sort before what was there.
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

  describe('sums', () => {
    test('GrandTotal counts the whole list, whatever the page', async () => {
      const total = async (query: Record<string, string | number>) =>
        (await list(owner, { $options: 'GrandTotal=true', ...query }))['odata.count'];
      expect(await total({ $top: 1 })).toBe(own.length + 1);
      expect(await total({ $top: 0, $filter: 'associateId currentAssociate' })).toBe(own.length);
      expect(await total({ $filter: 'state eq 0' })).toBe(0);
    });

    test('aggregates stand before the first page and behind the last', async () => {
      const $select = 'batchTaskId,Count(description):Footer,CountAll(name):Header:Footer,Sum(startCount)';
      const query = { $select, $filter: 'associateId currentAssociate', $orderBy: 'batchTaskId', $top: 2 };
      const first = await list(owner, query);
      expect(first.value.map((row: { EntityName: string }) => row.EntityName)).toEqual([
        'header',
        'batchTask',
        'batchTask',
      ]);
      expect(first.value[0]).toEqual({
        PrimaryKey: 0,
        EntityName: 'header',
        'CountAll(name):Header:Footer': 4,
      });
      const last = await owner.json('GET', first['odata.nextLink'].replace(/^.*\/api\/v1/, ''));
      expect(last.value.at(-1)).toEqual({
        PrimaryKey: 0,
        EntityName: 'footer',
        'Count(description):Footer': 3,
        'CountAll(name):Header:Footer': 4,
        'Sum(startCount)': 2,
      });
    });

    test('HideDetail leaves only the sums, $jsonSafe makes their names safe', async () => {
      const query = { $select: 'Avg(startCount):HideDetail:Footer', $jsonSafe: 'true' };
      expect((await list(owner, { ...query, $filter: 'associateId currentAssociate' })).value).toEqual([
        { PrimaryKey: 0, EntityName: 'footer', Avg_startCount__HideDetail_Footer: 0.5 },
      ]);
      expect((await list(owner, { ...query, $filter: 'state eq 0' })).value).toEqual([
        { PrimaryKey: 0, EntityName: 'footer', Avg_startCount__HideDetail_Footer: null },
      ]);
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

    test('nobody sees anything without a sign-in', async () => {
      expect((await fetch(`${server.url}/api/v1/BatchTask`)).status).toBe(401);
    });
  });
});
