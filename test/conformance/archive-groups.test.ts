import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { DATABASES } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import { expectError, startConformanceServer, taskIn } from './helpers.ts';
import { ArchiveAgent } from './webapi.ts';

/** The persons of the published examples: first, middle and last name, and rank. */
const PERSONS = [
  ['Jane', 'Ray', 'Doe', 1],
  ['Billy', 'Ray', 'Doe', 2],
  ['Bobby', 'Sue', 'Doe', 3],
  ['Mary', 'Sue', 'Smith', 4],
  ['Tabby', 'Sue', 'Smith', 5],
] as const;

/** The columns that stand for theirs. */
const FIRST = 'fileName';
const MIDDLE = 'Description';
const LAST = 'context';
const RANK = 'DetailsRecord';

type Row = Record<string, unknown>;

describe.each(DATABASES)(
  'groups and sums of the archive list, and the Archive agent on %s (contract, section 6)',
  (kind) => {
    let server: TestServer;
    let owner: ApiClient;
    let ids: number[];

    beforeAll(async () => {
      server = await startConformanceServer(kind);
      owner = await server.associate('owner');
      ids = [];
      for (const [first, middle, last, rank] of PERSONS) {
        ids.push(
          await taskIn('New', owner, {
            FileName: first,
            Description: middle,
            Context: last,
            DetailsRecord: rank,
          }),
        );
      }
      await taskIn('New', await server.associate('other'), { Description: 'Ray', DetailsRecord: 100 });
    });
    afterAll(() => server?.stop());

    const path = (query: Record<string, string | number>): string =>
      `/BatchTask?${Object.entries({ $orderBy: RANK, ...query })
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join('&')}`;
    const rowsOf = async (query: Record<string, string | number>): Promise<Row[]> =>
      (await owner.json('GET', path(query))).value;
    /** Rows as the published tables write them: what they are, then the columns. */
    const table = (rows: Row[], columns: readonly string[]): unknown[][] =>
      rows.map((row) => [row.RowType ?? row.EntityName, ...columns.map((column) => row[column] ?? '')]);
    const follow = async (query: Record<string, string | number>): Promise<Row[][]> => {
      const pages: Row[][] = [];
      for (let next: string | null = path(query); next !== null; ) {
        const answer = await owner.json('GET', next.replace(/^.*\/api\/v1/, ''));
        pages.push(answer.value);
        next = answer['odata.nextLink'];
      }
      return pages;
    };

    test('the published table of header, detail and footer rows', async () => {
      const group = `GroupBy(${MIDDLE}):HideDetail,Header,Footer`;
      const [count, sum] = [`CountAll(${FIRST})`, `Sum(${RANK})`];
      const query = {
        $select: [group, count, FIRST, LAST, MIDDLE, RANK, sum].join(),
        $options: 'GrandTotal=true',
      };
      const rows = await rowsOf(query);
      expect(table(rows, [group, count, FIRST, LAST, MIDDLE, RANK, sum])).toEqual([
        ['header:1', 'Ray', 2, '', '', '', '', 3],
        ['batchtask', '', 1, 'Jane', 'Doe', 'Ray', 1, 1],
        ['batchtask', '', 2, 'Billy', 'Doe', 'Ray', 2, 3],
        ['footer:1', 'Ray', 2, '', '', '', '', 3],
        ['header:1', 'Sue', 3, '', '', '', '', 12],
        ['batchtask', '', 1, 'Bobby', 'Doe', 'Sue', 3, 3],
        ['batchtask', '', 2, 'Mary', 'Smith', 'Sue', 4, 7],
        ['batchtask', '', 3, 'Tabby', 'Smith', 'Sue', 5, 12],
        ['footer:1', 'Sue', 3, '', '', '', '', 12],
        ['grandtotal', '', 5, '', '', '', '', 15],
      ]);
      expect(rows[0]).toEqual({
        PrimaryKey: '1',
        EntityName: 'header:1',
        RowType: 'header:1',
        [group]: 'Ray',
        [count]: 2,
        [sum]: 3,
      });
      expect(rows.map(({ PrimaryKey }) => PrimaryKey)).toEqual(
        [1, ids[0], ids[1], 1, 2, ids[2], ids[3], ids[4], 2, 1].map(String),
      );
      // Page by page it is the same list.
      const pages = await follow({ ...query, $top: 2 });
      expect(pages.map((page) => page.filter((row) => row.RowType === undefined).length)).toEqual([2, 2, 1]);
      expect(table(pages.flat(), [group, count, FIRST, sum])).toEqual(
        table(rows, [group, count, FIRST, sum]),
      );
      const tail = await rowsOf({ ...query, $skip: 3 });
      expect(table(tail, [FIRST, sum])).toEqual([
        ['batchtask', 'Mary', 7],
        ['batchtask', 'Tabby', 12],
        ['footer:1', '', 12],
        ['grandtotal', '', 15],
      ]);
      const full = await rowsOf({ ...query, $mode: 'Full' });
      expect(full.at(-1)).toMatchObject({
        PrimaryKey: 1,
        EntityName: 'grandtotal',
        RowType: 'grandtotal',
        Column: { [sum]: { RawValue: 15, DisplayValue: '15' } },
      });
    });

    test('the published table of two levels', async () => {
      const columns = [
        ...[`Count(${MIDDLE})`, `CountAll(${FIRST})`, FIRST, `GroupBy(${MIDDLE}):HideDetail,Header,Footer,1`],
        ...[`GroupBy(${LAST}):Header,Footer,2`, `Sum(${RANK}):HideDetail`],
      ];
      const rows = await rowsOf({ $select: columns.join(), $options: 'GrandTotal=True' });
      expect(table(rows, columns)).toEqual([
        ['header:1', 1, 2, '', 'Ray', '', 3],
        ['header:2', 1, 2, '', '', 'Doe', 3],
        ['batchtask', 1, 1, 'Jane', '', 'Doe', ''],
        ['batchtask', 1, 2, 'Billy', '', 'Doe', ''],
        ['footer:2', 1, 2, '', '', 'Doe', 3],
        ['footer:1', 1, 2, '', 'Ray', '', 3],
        ['header:1', 1, 3, '', 'Sue', '', 12],
        ['header:2', 1, 1, '', '', 'Doe', 3],
        ['batchtask', 1, 1, 'Bobby', '', 'Doe', ''],
        ['footer:2', 1, 1, '', '', 'Doe', 3],
        ['header:2', 1, 2, '', '', 'Smith', 9],
        ['batchtask', 1, 1, 'Mary', '', 'Smith', ''],
        ['batchtask', 1, 2, 'Tabby', '', 'Smith', ''],
        ['footer:2', 1, 2, '', '', 'Smith', 9],
        ['footer:1', 1, 3, '', 'Sue', '', 12],
        ['grandtotal', 2, 5, '', '', '', 15],
      ]);
      for (const $top of [1, 2, 3]) {
        const pages = await follow({ $select: columns.join(), $options: 'GrandTotal=True', $top });
        expect(table(pages.flat(), columns)).toEqual(table(rows, columns));
      }
    });

    test('HideDetail on every column leaves the groups, in the order that $orderBy names', async () => {
      const [sum, group] = [`Sum(${RANK}):HideDetail`, `GroupBy(${LAST}):Footer,HideDetail`];
      const other = `GroupBy(${MIDDLE}):Footer,HideDetail`;
      const query = {
        $select: [sum, group, other].join(),
        $orderBy: `${sum} desc`,
        $options: 'GrandTotal=true',
      };
      const expected = [
        ['footer:1', 9, 'Smith', 'Sue'],
        ['footer:1', 3, 'Doe', 'Ray'],
        ['footer:1', 3, 'Doe', 'Sue'],
        ['grandtotal', 15, '', ''],
      ];
      expect(table(await rowsOf(query), [sum, group, other])).toEqual(expected);
      const pages = await follow({ ...query, $top: 1 });
      expect(pages.map((page) => page.length)).toEqual([1, 1, 2]);
      expect(table(pages.flat(), [sum, group, other])).toEqual(expected);
      expect(table(await rowsOf({ ...query, $skip: 2 }), [sum])).toEqual([
        ['footer:1', 3],
        ['grandtotal', 15],
      ]);
      const byGroup = { ...query, $orderBy: `${group} desc,${other} desc`, $options: '' };
      expect(table(await rowsOf(byGroup), [group, other])).toEqual([
        ['footer:1', 'Smith', 'Sue'],
        ['footer:1', 'Doe', 'Sue'],
        ['footer:1', 'Doe', 'Ray'],
      ]);
      const published = `Count(${MIDDLE}):HideDetail:Footer`;
      expect(table(await rowsOf({ $select: published }), [published])).toEqual([['footer:1', 2]]);
      expect(await rowsOf({ $select: published, $jsonSafe: 'true' })).toEqual([
        {
          PrimaryKey: '1',
          EntityName: 'footer:1',
          RowType: 'footer:1',
          Count_Description__HideDetail_Footer: 2,
        },
      ]);
    });

    test('every sum, over all, at each task and over none', async () => {
      const sums: Record<string, readonly [unknown, readonly unknown[], unknown]> = {
        [`Count(${MIDDLE})`]: [2, [1, 1, 2, 2, 2], 0],
        [`CountAll(${MIDDLE})`]: [5, [1, 2, 3, 4, 5], 0],
        'Count(LastStarted)': [0, [0, 0, 0, 0, 0], 0],
        [`Sum(${RANK})`]: [15, [1, 3, 6, 10, 15], 0],
        [`Avg(${RANK})`]: [3, [1, 1.5, 2, 2.5, 3], null],
        [`Min(${RANK})`]: [1, [1, 1, 1, 1, 1], null],
        [`Max(${FIRST})`]: ['Tabby', ['Jane', 'Jane', 'Jane', 'Mary', 'Tabby'], null],
        [`Median(${RANK})`]: [3, [3, 3, 3, 3, 3], null],
        [`Percent(${RANK})`]: [100, [1, 2, 3, 4, 5].map((rank) => (rank * 100) / 15), null],
        [`Sum(Weighted(${RANK};DetailsTable))`]: [
          expect.closeTo(1.2),
          [0.08, 0.24, 0.48, 0.8, 1.2].map((sum) => expect.closeTo(sum)),
          0,
        ],
      };
      await sql`update batchline.task set details_table = 8 where details_record <= 5`.execute(
        server.database.sql,
      );
      for (const [label, [whole, running, nothing]] of Object.entries(sums)) {
        const footer = `${label}:HideDetail,Footer`;
        const found = await rowsOf({ $select: `${label},${footer}` });
        expect([label, ...found.slice(0, -1).map((row) => row[label])]).toEqual([label, ...running]);
        expect([label, found.at(-1)?.[footer]]).toEqual([label, whole]);
        expect(await rowsOf({ $select: footer, $filter: 'getNoRows set true' })).toEqual([
          { PrimaryKey: '1', EntityName: 'footer:1', RowType: 'footer:1', [footer]: nothing },
        ]);
      }
      const byGroup = await rowsOf({
        $select: `GroupBy(${MIDDLE}):Footer,HideDetail,Percent(${RANK}):HideDetail`,
      });
      expect(byGroup.map((row) => row[`Percent(${RANK}):HideDetail`])).toEqual([20, 80]);
    });

    test('the parts of dates, in the zone of the caller', async () => {
      await sql`update batchline.task set created = '2027-01-02T23:30:00Z' where id = ${ids[0]}`.execute(
        server.database.sql,
      );
      const parts: Record<string, readonly [utc: unknown, oslo: unknown]> = {
        Year: [2027, 2027],
        Quarter: [1, 1],
        Month: [1, 1],
        Day: [2, 3],
        DayOfYear: [2, 3],
        DayOfWeek: [6, 0],
        DayOfWeekFromMonday: [5, 6],
        Hour: [23, 0],
        Weekno: [53, 53],
        YearMonth: ['2027/01', '2027/01'],
        YearWeekno: ['2026/53', '2026/53'],
        YearWeekAsISODate: ['2026-12-28', '2026-12-28'],
        YearQuarter: ['2027/1', '2027/1'],
        ISODate: ['2027-01-02', '2027-01-03'],
        ISODateHour: ['2027-01-02T23', '2027-01-03T00'],
      };
      const labels = Object.keys(parts).map((part) => `DatePart(registeredDate):${part}`);
      const query = { $select: labels.join(), $filter: `batchTaskId eq ${ids[0]}` };
      for (const [index, headers] of [{}, { 'SO-TimeZone': 'NO' }].entries()) {
        const { value } = (await owner.call('GET', path(query), undefined, headers)).body;
        expect(labels.map((label) => value[0][label])).toEqual(
          Object.values(parts).map((both) => both[index]),
        );
      }
      const nested = 'GroupBy(DatePart(registeredDate):YearMonth):Header';
      const grouped = await rowsOf({
        $select: `${nested},CountAll(State):Header`,
        $orderBy: `${nested} desc`,
      });
      expect(grouped[0]).toMatchObject({
        RowType: 'header:1',
        [nested]: '2027/01',
        'CountAll(State):Header': 1,
      });
      // A date that was never set is a group too.
      const never = 'GroupBy(DatePart(lastStarted):Year):Footer,HideDetail';
      expect(
        table(await rowsOf({ $select: `${never},CountAll(State):HideDetail` }), [
          'CountAll(State):HideDetail',
        ]),
      ).toEqual([['footer:1', 5]]);
    });

    test('associates are grouped by who they are, and every column can be grouped by', async () => {
      const group = 'GroupBy(registeredBy):Footer,HideDetail';
      const all = await server.admin.json(
        'GET',
        path({ $select: `${group},CountAll(State):HideDetail`, $filter: `${RANK} gt 0`, $mode: 'Full' }),
      );
      expect(
        all.value.map(({ Column }: { Column: Record<string, Row> }) => [
          Column[group]?.DisplayValue,
          Column['CountAll(State):HideDetail']?.RawValue,
        ]),
      ).toEqual([
        ['other', 1],
        ['owner', 5],
      ]);
      const columns = Object.keys(await owner.json('GET', '/Archive/BatchTasks/$metadata'));
      for (const column of columns.filter((name) => !name.startsWith('get'))) {
        const $select = `GroupBy(${column}):Footer,HideDetail,CountAll(State):HideDetail`;
        const counts = (await rowsOf({ $select })).map((row) => Number(row['CountAll(State):HideDetail']));
        expect([column, counts.reduce((sum, count) => sum + count, 0)]).toEqual([column, 5]);
      }
    });

    describe("the official client's ArchiveAgent", () => {
      let agent: InstanceType<typeof ArchiveAgent>;
      beforeAll(() => {
        agent = new ArchiveAgent(`${server.url}/api`, { headers: { Authorization: owner.authorization } });
      });

      test('names, columns and rows', async () => {
        expect(await agent.getProviderNamesAsync()).toEqual(['BatchTasks']);
        const columns = await agent.getAvailableColumnsAsync('BatchTasks', '');
        expect(columns.find(({ name }) => name === 'Request')).toMatchObject({
          displayName: 'Request',
          canOrderBy: false,
          canRestrictBy: true,
          restrictionType: 'string',
          isVisible: true,
        });
        const rows = await agent.getArchiveListByColumnsAsync(
          'BatchTasks',
          ['DefinitionName', FIRST, 'State', 'registeredBy'],
          [{ name: RANK, direction: 'DESC' as never }],
          [{ name: 'State', operator: '=', values: ['1'] }],
          ['batchtask'],
          1,
          2,
        );
        expect(rows.map(({ primaryKey }) => primaryKey)).toEqual([ids[2], ids[1]]);
        expect(rows[0]).toMatchObject({
          entityName: 'batchtask',
          linkHint: '',
          styleHint: '',
          tableRight: { mask: 11, reason: '' },
          columnData: {
            DefinitionName: { displayValue: 'held', tooltipHint: '', linkHint: '' },
            [FIRST]: { displayValue: 'Bobby' },
            State: { displayValue: '1' },
            registeredBy: { displayValue: 'owner' },
          },
        });
        expect(await agent.getArchiveListByColumnsAsync('batchtasks', [], [], [], [], -4, 100)).toHaveLength(
          1,
        );
      });

      type Restrictions = Parameters<InstanceType<typeof ArchiveAgent>['getArchiveListByColumnsAsync']>[3];
      test.each<[string, Restrictions, readonly number[]]>([
        ['none', [], [0, 1, 2, 3, 4]],
        ['a list', [{ name: FIRST, operator: 'in', values: ['jane', 'Mary'] }], [0, 3]],
        [
          'none of its values',
          [{ name: 'registeredBy', operator: 'currentAssociate', values: [''] }],
          [0, 1, 2, 3, 4],
        ],
        ['an encoded value', [{ name: RANK, operator: 'between', values: ['[I:2]', '[I:3]'] }], [1, 2]],
        ['a flag', [{ name: 'getNoRows', operator: 'set', values: ['1'] }], []],
        [
          'parentheses and or',
          [
            {
              name: MIDDLE,
              operator: 'is',
              values: ['Sue'],
              interParenthesis: 1,
              interOperator: 'Or' as never,
            },
            { name: RANK, operator: '<', values: ['2'], interParenthesis: -1, interOperator: 'And' as never },
            { name: RANK, operator: 'unequals', values: ['4'] },
          ],
          [0, 2, 4],
        ],
        [
          'an inactive one',
          [
            { name: RANK, operator: '=', values: ['1'], isActive: false, interOperator: 'Or' as never },
            { name: RANK, operator: '=', values: ['2'] },
          ],
          [1],
        ],
      ])('restrictions with %s', async (_, restriction, places) => {
        const order = [{ name: RANK, direction: 'ASC' as never }];
        const mine = [
          ...restriction,
          { name: 'associateId', operator: '=', values: [String(owner.associateId)] },
        ];
        const rows = await agent.getArchiveListByColumnsAsync('BatchTasks', [RANK], order, mine, [], 0, 100);
        expect(rows.map(({ primaryKey }) => primaryKey)).toEqual(places.map((place) => ids[place]));
      });

      test.each([
        [{ ProviderName: 'Contact' }, 'ProviderName is "Contact"', 'BatchTasks'],
        [{}, 'ProviderName', 'BatchTasks'],
        [{ Columns: ['nope'] }, '"nope"'],
        [{ Entities: ['contact'] }, 'Entities has "contact"', 'batchtask'],
        [{ PageSize: -1 }, 'PageSize is -1'],
        [{ SortOrder: [{ Name: 'State', Direction: 'UP' }] }, 'ASC or DESC'],
        [{ Restriction: [{ Name: 'nope', Operator: '=' }] }, 'Restriction 1 has the column "nope"'],
        [
          { Restriction: [{ Name: 'State', Operator: 'begins' }] },
          'Restriction 1 has the operator "begins"',
          'between',
        ],
        [{ Restriction: [{ Name: 'State', Operator: '=', Values: ['x'] }] }, 'has the value "x"', 'Failed'],
        [{ Restriction: [{ Name: 'State', Operator: '=', Values: [] }] }, 'has 0 values', 'takes 1'],
        [{ Restriction: [{ Name: 'State', Operator: 'set', InterParenthesis: 1 }] }, "don't match"],
        [{ Restriction: [{ Name: 'State', Operator: 'set', InterOperator: 'Xor' }] }, 'None, And or Or'],
        [{ Restriction: 'State = 1' }, 'Restriction'],
      ] as [object, ...string[]][])('%j is refused', async (args, ...says) => {
        const body =
          'ProviderName' in args || Object.keys(args).length === 0
            ? args
            : { ProviderName: 'BatchTasks', ...args };
        const answer = await owner.call('POST', '/Agents/Archive/GetArchiveListByColumns', body);
        expectError(answer, 400, 'ArgumentException', ...says);
      });

      test('GET describes the calls and runs none', async () => {
        const described = await owner.json('GET', '/Agents/Archive/GetAvailableColumns');
        expect(described).toMatchObject({ Agent: 'Archive', Method: 'GetAvailableColumns' });
      });
    });
  },
);
