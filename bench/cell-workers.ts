import { sql } from 'kysely';
import { announceWorker } from '../src/db/queries/worker-process.ts';
import { claimDue } from '../src/queue/claimer.ts';
import { openParts } from './batchline-parts.ts';
import { postgresTime } from './postgres-time.ts';
import { answerWith } from './processes.ts';

/** The statements of a large idle fleet, executed by one process. */
export interface IdleJob {
  readonly env: Readonly<Record<string, string>>;
  /** Number of rows of the presence of workers. */
  readonly workers: number;
  readonly repeats: number;
}

/** PostgreSQL's CPU time of one statement (ms). */
export interface IdleCost {
  readonly poll: number;
  readonly presence: number;
}

await answerWith(async ({ env, workers, repeats }: IdleJob): Promise<IdleCost> => {
  const { parts, database, close } = await openParts(env);
  const { sql: db } = database;
  const names = parts.registry.names();
  await sql`truncate batchline.worker_process`.execute(db);
  await sql`
    insert into batchline.worker_process (node_id, names, slots)
    select 'fake-' || i, ${names}::text[], array_fill(12, array[${names.length}::int]) from generate_series(1, ${workers}::int) as i`.execute(
    db,
  );
  await sql`analyze batchline.worker_process`.execute(db);
  const slots = new Map(names.map((name) => [name, 12]));
  const definitions = names.map((name) => ({ name, leaseSeconds: 30 }));
  const costOf = async (work: (index: number) => Promise<unknown>): Promise<number> => {
    await work(0);
    const before = await postgresTime(env.DATABASE_URL ?? '');
    for (let index = 0; index < repeats; index += 1) await work(index);
    return ((await postgresTime(env.DATABASE_URL ?? '')) - before) / repeats;
  };
  const cost = {
    poll: await costOf(() => claimDue(parts, { definitions, limit: 12, owner: 'bench' })),
    presence: await costOf((index) =>
      announceWorker(db, { nodeId: `fake-${1 + (index % workers)}`, slots }, 60),
    ),
  };
  await close();
  return cost;
});
