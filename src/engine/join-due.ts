import type { Transaction } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { makeReady } from '../store/tasks/make-ready.ts';
import type { JobQueue } from './job-queue.ts';

/** The most jobs that are taken at once. */
const BATCH = 500;

/**
 * Takes the jobs of a definition that have come due and makes their tasks ready, so that they stand in the order of
 * all that waits. A parent's job has done its part when it is taken: its family's row says that it is ready.
 */
export async function joinDue(queue: JobQueue, trx: Transaction<Schema>, name: string): Promise<void> {
  const jobs = await queue.take(trx, name, BATCH);
  if (jobs.length === 0) return;
  await makeReady(trx, jobs);
  await queue.settle(
    trx,
    jobs.map(({ jobId }) => ({ name, jobId })),
  );
}
