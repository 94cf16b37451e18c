import pg from 'pg';
import { callsPerSecond, type Load } from './load.ts';
import { answerWith } from './processes.ts';

/** Runs the UPDATE of a PUT on a database. */
export interface UpdateJob extends Load {
  readonly url: string;
  readonly text: string;
  readonly values: readonly unknown[];
  /** Index of the task's id among the values. */
  readonly idAt: number;
  readonly ids: readonly number[];
}

await answerWith(async (job: UpdateJob) => {
  const clients = await Promise.all(
    Array.from({ length: job.connections }, async () => {
      const client = new pg.Client({ connectionString: job.url });
      await client.connect();
      return client;
    }),
  );
  const rate = await callsPerSecond(job, async (connection) => {
    const id = job.ids[Math.floor(Math.random() * job.ids.length)];
    // A name makes it a prepared statement.
    const query = { name: 'put', text: job.text, values: job.values.with(job.idAt, id) };
    const answer = await clients[connection]?.query(query);
    if (answer?.rowCount !== 1)
      throw new Error(`the UPDATE of task ${id} has changed ${answer?.rowCount} rows`);
  });
  await Promise.all(clients.map((client) => client.end()));
  return rate;
});
