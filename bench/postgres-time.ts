import { readFile } from 'node:fs/promises';
import pg from 'pg';

/** CPU time of all running processes of the PostgreSQL server and of its ended ones, in ms: finer than ticks of the clock. */
export async function postgresTime(url: string): Promise<number> {
  const server = await serverOf(url);
  const children = (await readFile(`/proc/${server}/task/${server}/children`, 'utf8')).trim().split(' ');
  const times = await Promise.all([String(server), ...children].map((pid) => runTime(pid).catch(() => 0)));
  const ended = (await statOf(server)).slice(13, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
  return times.reduce((sum, one) => sum + one, ended);
}

/** The process of the server, the parent of its connections. */
async function serverOf(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    return Number((await statOf(rows[0]?.pid ?? 0))[1]);
  } finally {
    await client.end();
  }
}

async function runTime(pid: string): Promise<number> {
  return Number((await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ')[0]) / 1e6;
}

/** The fields of /proc/PID/stat after the name of the program. */
async function statOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
