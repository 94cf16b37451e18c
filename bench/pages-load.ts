import { Pool } from 'undici';
import { callsPerSecond, type Load } from './load.ts';
import { answerWith } from './processes.ts';

/** Requests one page of the archive list repeatedly. */
export interface PagesJob extends Load {
  readonly url: string;
  readonly authorization: string;
  /** Path and query. */
  readonly path: string;
  /** Number of tasks that the page must have. */
  readonly rows: number;
}

await answerWith(async (job: PagesJob) => {
  const pool = new Pool(job.url, { connections: job.connections, pipelining: 1 });
  const headers = { authorization: job.authorization };
  const rate = await callsPerSecond(job, async () => {
    const answer = await pool.request({ method: 'GET', path: job.path, headers });
    const { value } = (await answer.body.json()) as { value?: unknown[] };
    if (value?.length !== job.rows)
      throw new Error(`${job.path} was answered with ${answer.statusCode} and ${value?.length} tasks`);
  });
  await pool.close();
  return rate;
});
