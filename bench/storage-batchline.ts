import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { DEFAULT_RETRY, decideOutcome } from '../src/core/run-outcome.ts';
import { claimBatch } from '../src/queue/claimer.ts';
import { completionOf, writeCompletions } from '../src/queue/completer.ts';
import { startTask } from '../src/services/start-task.ts';
import { anyLeft, CALLER, openParts, REQUEST } from './batchline-parts.ts';
import { noopRuns } from './handlers.ts';
import { eachPerSecond } from './load.ts';
import { answerWith } from './processes.ts';

/** Tasks to run in one process and database. */
export interface StorageJob {
  readonly env: Readonly<Record<string, string>>;
  /** Tasks whose start, claim and end are measured apart, in statements like those of a worker. */
  readonly lives: number;
  /** Tasks that a worker drains. */
  readonly drained: number;
}

/** Bytes of write-ahead log of all lives, by step. */
export interface WrittenBytes {
  readonly start: number;
  readonly claim: number;
  readonly end: number;
}

/** The result. */
export interface StorageResult {
  readonly written: WrittenBytes;
}

type Parts = Awaited<ReturnType<typeof openParts>>;

const AT_ONCE = 50;
/** The size of a claim and of a batch of ends. */
const BATCH = 250;
const NODE = 'bench';

await answerWith(async ({ env, lives, drained }: StorageJob): Promise<StorageResult> => {
  const parts = await openParts(env);
  const written = await measureLives(parts, lives);
  if (drained > 0) await drain(parts, drained);
  await parts.close();
  return { written };
});

async function measureLives({ parts, database }: Parts, lives: number): Promise<WrittenBytes> {
  // The next checkpoint, after which whole pages are logged, is then minutes away.
  await sql`checkpoint`.execute(database.sql);
  const bytesOf = async (work: () => Promise<unknown>): Promise<number> => {
    const position = async (): Promise<number> => {
      const { rows } = await sql<{ at: number }>`
        select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as at`.execute(database.sql);
      return rows[0]?.at ?? Number.NaN;
    };
    const before = await position();
    await work();
    return (await position()) - before;
  };
  const claimed: Awaited<ReturnType<typeof claimBatch>>['claimed'][] = [];
  const start = await bytesOf(() =>
    eachPerSecond(Array.from({ length: lives }), AT_ONCE, () => startTask(parts, CALLER, REQUEST)),
  );
  const claim = await bytesOf(async () => {
    const request = { name: REQUEST.name, limit: BATCH, owner: NODE, leaseSeconds: 60, tenant: null };
    for (let left = lives; left > 0; left -= claimed.at(-1)?.length ?? 0)
      claimed.push((await claimBatch(parts, request)).claimed);
  });
  const resolution = decideOutcome(
    { kind: 'returned', result: '' },
    DEFAULT_RETRY,
    { failures: 0, losses: 0 },
    0,
  );
  const end = await bytesOf(async () => {
    for (const batch of claimed) {
      const ends = batch.map(({ task: { id, attempt, name } }) =>
        completionOf({ taskId: id, attempt, name, nodeId: NODE }, resolution, { standsAlone: true }),
      );
      await writeCompletions(database, parts.queue, ends);
    }
  });
  if (await anyLeft(database)) throw new Error('tasks are left after all their ends were written');
  return { start, claim, end };
}

async function drain({ parts, database, makeEngine }: Parts, tasks: number): Promise<void> {
  await eachPerSecond(Array.from({ length: tasks }), AT_ONCE, () => startTask(parts, CALLER, REQUEST));
  const engine = makeEngine();
  await engine.start();
  while (noopRuns.begun < tasks) await delay(20);
  while (await anyLeft(database)) await delay(20);
  await engine.stop();
}
