import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { anyLeft, openParts } from './batchline-parts.ts';
import { noopRuns } from './handlers.ts';
import { answerWith } from './processes.ts';

/** Tasks to run in one process. */
export interface MemoryJob {
  readonly env: Readonly<Record<string, string>>;
  readonly tasks: number;
}

/** The result. */
export interface MemoryResult {
  /** Resident memory in MB after each tenth of the tasks. */
  readonly afterTenths: readonly number[];
  readonly seconds: number;
}

const TENTHS = 10;

await answerWith(async ({ env, tasks }: MemoryJob): Promise<MemoryResult> => {
  const { database, makeEngine, close } = await openParts(env);
  const engine = makeEngine();
  await engine.start();
  const afterTenths: number[] = [];
  const started = performance.now();
  for (let tenth = 1; tenth <= TENTHS; tenth += 1) {
    const count = Math.round(tasks / TENTHS);
    // The rows that a start would insert; starting a million tasks over HTTP would take most of the time.
    await sql`
      insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state,
        description, response, request, file_name, cancellation)
      select 'batchline', 'bench-noop', 1, false, 0, 0, '', 1, 'A task that does nothing', '', '', '', 0
      from generate_series(1, ${count}::int)`.execute(database.sql);
    database.signals.publish({ kind: 'due', names: ['bench-noop'] });
    while (noopRuns.begun < tenth * count) await delay(20);
    while (await anyLeft(database)) await delay(20);
    afterTenths.push(process.memoryUsage().rss / 2 ** 20);
  }
  const seconds = (performance.now() - started) / 1000;
  await engine.stop();
  await close();
  return { afterTenths, seconds };
});
