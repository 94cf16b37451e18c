import { Pool } from 'undici';
import { callsPerSecond, type Load } from './load.ts';
import { answerWith } from './processes.ts';

/** PUT requests to a server: the bodies by task id. */
export interface PutJob extends Load {
  readonly url: string;
  readonly authorization: string;
  readonly bodies: readonly (readonly [id: number, body: string])[];
}

await answerWith(async (job: PutJob) => {
  const pool = new Pool(job.url, { connections: job.connections, pipelining: 1 });
  const headers = { authorization: job.authorization, 'content-type': 'application/json' };
  const rate = await callsPerSecond(job, async () => {
    const [id, body] = job.bodies[Math.floor(Math.random() * job.bodies.length)] ?? [0, ''];
    const answer = await pool.request({ method: 'PUT', path: `/api/v1/BatchTask/${id}`, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`PUT was answered with ${answer.statusCode}: ${text}`);
  });
  await pool.close();
  return rate;
});
