import { Pool } from 'undici';
import { callsPerSecond, type Load } from './load.ts';
import { answerWith } from './processes.ts';

/** Requests to a server, each to one of the paths. */
export interface RequestsJob extends Load {
  readonly url: string;
  readonly authorization: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly paths: readonly string[];
  readonly body: string | null;
}

await answerWith(async ({ url, authorization, method, paths, body, ...load }: RequestsJob) => {
  const pool = new Pool(url, { connections: load.connections, pipelining: 1 });
  const headers = { authorization, ...(body === null ? {} : { 'content-type': 'application/json' }) };
  const rate = await callsPerSecond(load, async () => {
    const path = paths[Math.floor(Math.random() * paths.length)] ?? '';
    const answer = await pool.request({ method, path, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path} was answered with ${answer.statusCode}: ${text}`);
  });
  await pool.close();
  return rate;
});
