import { Pool } from 'undici';
import { ApiClient } from '../test/support/api-client.ts';
import { figuresOf, interleave, MIN_BY_HISTORY, type Report, type Result, ratioOf } from './figures.ts';
import type { History } from './history.ts';
import { callsPerSecond, type Load } from './load.ts';
import { ADMIN, type Bench, type RunningServer, startServerProcess } from './processes.ts';

const LOAD: Load = { connections: 1, warmSeconds: 0.2, seconds: 1 };
const ROWS = 50;
/** Tasks before the middle of a list: enough for a cursor, and $skip reads each of them once. */
const MAX_SKIPPED = 50_000;
/** For the $skip to the middle, and for the count of a list. */
const TIMEOUT = { BATCHLINE_LIST_TIMEOUT_SECONDS: '120' };
/** Placeholder for the associate who owns 2,000 tasks in every size. */
const OWNER = '{owner}';

/** A page of the archive list. */
interface Page {
  readonly url: string;
  readonly authorization: string;
  /** Path and query. */
  readonly path: string;
  /** Number of tasks that the page must have. */
  readonly rows: number;
}

/** The measured pages: caller and query. Each at the beginning and in the middle of the list. */
const LISTS: Readonly<Record<string, { readonly who: 'admin' | 'owner'; readonly query: string }>> = {
  'newest first': { who: 'admin', query: '' },
  'by name': { who: 'admin', query: '$orderBy=name' },
  'by state, descending': { who: 'admin', query: '$orderBy=state desc' },
  'by date, descending': { who: 'admin', query: '$orderBy=registeredDate desc' },
  'of one definition': { who: 'admin', query: "$filter=name eq 'DEFINITION-07'" },
  'of one associate': { who: 'admin', query: `$filter=associateId eq ${OWNER}` },
  failed: { who: 'admin', query: "$filter=state eq 'Failed'" },
  stopped: { who: 'admin', query: '$filter=stopped eq true' },
  'failed, not stopped': { who: 'admin', query: "$filter=state eq 'Failed' and stopped eq false" },
  'of one parent': { who: 'admin', query: '$filter=parentId eq 6' },
  'of one schedule': { who: 'admin', query: '$filter=scheduleId eq 7' },
  'search, a rare word': { who: 'admin', query: '$search=customer8' },
  'search, a word of all tasks': { who: 'admin', query: '$search=description' },
  'search, failed tasks': { who: 'admin', query: '$search=state:failed description' },
  "an associate's own and system": { who: 'owner', query: '' },
  "an associate's, by name": { who: 'owner', query: '$orderBy=name desc' },
};

/** Pages of the archive list per second, one at a time, from databases of different sizes. */
export async function measurePages(bench: Bench, histories: readonly History[]): Promise<Report> {
  const closing: (() => Promise<void>)[] = [];
  try {
    const byList: Record<string, Record<string, () => Promise<number>>> = {};
    for (const { size, env, ownerLogin } of histories) {
      const server = await startServerProcess(bench, { ...env, ...TIMEOUT }, ['--no-worker']);
      closing.push(() => server.stop());
      for (const [list, job] of await jobsOf(server, ownerLogin)) {
        byList[list] ??= {};
        byList[list][`${list}, ${size.toLocaleString('en')}`] = () => pagesPerSecond(job);
      }
    }
    // Subjects of a comparison are measured in direct succession.
    const rounds = await interleave(bench.rounds, Object.assign({}, ...Object.values(byList)));
    const [smallest, ...others] = histories.map(({ size }) => size.toLocaleString('en'));
    // A list may have no middle among few tasks.
    const compared = Object.keys(byList).filter((list) => `${list}, ${smallest}` in (byList[list] ?? {}));
    const results: Result[] = compared.flatMap((list) =>
      others.map((other) => {
        const row = `pages among ${other} / among ${smallest}`;
        const target = { row, min: MIN_BY_HISTORY };
        return ratioOf(rounds, `${list}, ${other}`, `${list}, ${smallest}`, target);
      }),
    );
    return {
      title: `Pages of ${ROWS} tasks on PostgreSQL, one at a time`,
      unit: '1/s',
      figures: figuresOf(rounds),
      results,
    };
  } finally {
    for (const close of closing) await close();
  }
}

/** The first page of each list, and the one in its middle. */
async function jobsOf({ url }: RunningServer, ownerLogin: string): Promise<[string, Page][]> {
  const admin = await ApiClient.signIn(url, ADMIN.login, ADMIN.password);
  const owner = await ApiClient.signIn(url, ownerLogin, ADMIN.password);
  const clients = {
    admin: await admin.withToken(['read', 'write', 'admin']),
    owner: await owner.withToken(['read']),
  };
  const jobs: [string, Page][] = [];
  for (const [list, { who, query }] of Object.entries(LISTS)) {
    const client = clients[who];
    const options = `$top=${ROWS}&${encodeURI(query.replace(OWNER, String(owner.associateId)))}`;
    const path = `/BatchTask?${options}`;
    const total = (await client.json('GET', `/Archive/BatchTasks?${options}&$inlineCount=True`))[
      'odata.count'
    ];
    const skip = Math.min(Math.floor(total / 2), MAX_SKIPPED) - ROWS;
    const middle = skip < 0 ? null : (await client.json('GET', `${path}&$skip=${skip}`))['odata.nextLink'];
    const job = { url, authorization: client.authorization };
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

/** Requests a page repeatedly. */
async function pagesPerSecond({ url, authorization, path, rows }: Page): Promise<number> {
  const pool = new Pool(url, { connections: LOAD.connections, pipelining: 1 });
  const rate = await callsPerSecond(LOAD, async () => {
    const answer = await pool.request({ method: 'GET', path, headers: { authorization } });
    const { value } = (await answer.body.json()) as { value?: unknown[] };
    if (value?.length !== rows)
      throw new Error(`${path} was answered with ${answer.statusCode} and ${value?.length} tasks`);
  });
  await pool.close();
  return rate;
}
