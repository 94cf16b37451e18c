import { once } from 'node:events';
import Fastify from 'fastify';
import pg from 'pg';
import type { Statement } from './statements.ts';

/** The statement that the bare server runs for each call. */
export interface BareJob {
  readonly databaseUrl: string;
  readonly put: Statement;
  readonly get: Statement;
  readonly start: Statement;
  /** Placeholder for the task's id among the values of `put` and `get`. */
  readonly anId: number;
}

/** Fastify and `pg` only: no sign-in, rights, schemas or audit. */
const [{ job }] = (await once(process, 'message')) as [{ job: BareJob }];
const pool = new pg.Pool({ connectionString: job.databaseUrl, max: 10 });
const app = Fastify();

async function row(name: string, { text, values }: Statement, id?: string): Promise<unknown> {
  const own = id === undefined ? values : values.map((value) => (value === job.anId ? Number(id) : value));
  const { rows } = await pool.query({ name, text, values: [...own] });
  return rows[0];
}

app.put<{ Params: { id: string } }>('/api/v1/BatchTask/:id', ({ params }) => row('put', job.put, params.id));
app.get<{ Params: { id: string } }>('/api/v1/BatchTask/:id', ({ params }) => row('get', job.get, params.id));
app.post('/api/v1/BatchTask', () => row('start', job.start));
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) });
