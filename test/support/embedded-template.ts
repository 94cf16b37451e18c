import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { readConfig } from '../../src/config.ts';
import { JobQueue } from '../../src/engine/job-queue.ts';
import { openDatabase } from '../../src/store/database.ts';

/**
 * Vitest calls this once. To make an embedded database costs seconds of processor time, to copy one next to nothing; so
 * tests get copies of this one.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-template-'));
  const log = pino({ level: 'silent' });
  const database = await openDatabase(readConfig({ BATCHLINE_DATA: folder }), log);
  const queue = await JobQueue.open(database, log);
  await queue.stop();
  await database.close();
  project.provide('embeddedTemplate', folder);
  return () => rm(folder, { recursive: true, force: true });
}
