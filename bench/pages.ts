import { join } from 'node:path';
import { ApiClient } from '../test/support/api-client.ts';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import { AIM_BY_HISTORY, figuresOf, interleave, type Ratio, type Report, ratioOf } from './figures.ts';
import { fillTasks } from './fill-tasks.ts';
import type { Load } from './load.ts';
import type { PagesJob } from './pages-load.ts';
import { ADMIN, type Bench, inProcess, type RunningServer, startServerProcess } from './processes.ts';

const LOAD: Load = { connections: 1, warmSeconds: 0.2, seconds: 0.5 };
const ROWS = 50;
/** Placeholder for the associate who owns 2,000 tasks in every size. */
const OWNER = '{owner}';

/** The measured pages: caller and query. Each at the beginning and in the middle of the list. */
const LISTS: Readonly<Record<string, { readonly who: 'admin' | 'owner'; readonly query: string }>> = {
  'newest first': { who: 'admin', query: '' },
  'by name': { who: 'admin', query: '$orderBy=name' },
  'by state, descending': { who: 'admin', query: '$orderBy=state desc' },
  'by date, descending': { who: 'admin', query: '$orderBy=registeredDate desc' },
  'of one definition': { who: 'admin', query: "$filter=name eq 'DEFINITION-07'" },
  'of one associate': { who: 'admin', query: `$filter=associateId eq ${OWNER}` },
  failed: { who: 'admin', query: "$filter=state eq 'Failed'" },
  "an associate's own and system": { who: 'owner', query: '' },
  "an associate's, by name": { who: 'owner', query: '$orderBy=name desc' },
};

/** Pages of the archive list per second, one at a time, from databases of different sizes. */
export async function measurePages(bench: Bench, sizes: readonly number[]): Promise<Report> {
  const closing: (() => Promise<void>)[] = [];
  try {
    const byList: Record<string, Record<string, () => Promise<number>>> = {};
    for (const size of sizes) {
      const databaseUrl = await createDatabase(bench.postgresUrl, `bench_pages_${size}`);
      closing.push(() => dropDatabase(databaseUrl));
      const server = await startServerProcess(bench, {
        DATABASE_URL: databaseUrl,
        BATCHLINE_DATA: join(bench.folder, `pages-${size}`),
      });
      closing.push(() => server.stop());
      for (const [list, job] of await jobsOf(server, databaseUrl, size)) {
        byList[list] ??= {};
        byList[list][`${list}, ${size.toLocaleString('en')}`] = () => inProcess(bench, 'pages-load.ts', job);
      }
    }
    // Subjects of a comparison are measured in direct succession.
    const rounds = await interleave(bench.rounds, Object.assign({}, ...Object.values(byList)));
    const ratios: Ratio[] = Object.values(byList).flatMap((bySize) => {
      const [smallest = '', ...others] = Object.keys(bySize);
      return others.map((other) => ratioOf(rounds, other, smallest, AIM_BY_HISTORY));
    });
    return {
      title: `Pages of ${ROWS} tasks on PostgreSQL, one at a time`,
      unit: '1/s',
      figures: figuresOf(rounds),
      ratios,
    };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Fills the database. Returns the first page of each list and the one in its middle. */
async function jobsOf(
  { url }: RunningServer,
  databaseUrl: string,
  size: number,
): Promise<[string, PagesJob][]> {
  const admin = await ApiClient.signIn(url, ADMIN.login, ADMIN.password);
  await admin.json('POST', '/Users', { Login: 'owner', Password: ADMIN.password });
  const owner = await ApiClient.signIn(url, 'owner', ADMIN.password);
  await fillTasks(databaseUrl, { count: size, ownerId: owner.associateId });
  const clients = {
    admin: await admin.withToken(['read', 'write', 'admin']),
    owner: await owner.withToken(['read']),
  };
  const jobs: [string, PagesJob][] = [];
  for (const [list, { who, query }] of Object.entries(LISTS)) {
    const client = clients[who];
    const options = `$top=${ROWS}&${encodeURI(query.replace(OWNER, String(owner.associateId)))}`;
    const path = `/BatchTask?${options}`;
    const total = (await client.json('GET', `/Archive/BatchTasks?${options}&$inlineCount=True`))[
      'odata.count'
    ];
    const skip = Math.floor(total / 2) - ROWS;
    const middle = skip < 0 ? null : (await client.json('GET', `${path}&$skip=${skip}`))['odata.nextLink'];
    const job = { ...LOAD, url, authorization: client.authorization };
    jobs.push([list, { ...job, path: `/api/v1${path}`, rows: Math.min(ROWS, total) }]);
    if (middle !== null) {
      const { pathname, search } = new URL(middle);
      jobs.push([
        `${list}, middle`,
        { ...job, path: pathname + search, rows: Math.min(ROWS, total - skip - ROWS) },
      ]);
    }
  }
  return jobs;
}
