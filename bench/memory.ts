import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import { figureOf, type Report } from './figures.ts';
import type { MemoryJob, MemoryResult } from './memory-batchline.ts';
import { type Bench, inProcess, SERVER_ENV } from './processes.ts';

/** Memory counts as flat if the maximum of the second half exceeds that of the first by at most this factor. */
const FLAT = 1.15;

/** Memory of one process that runs this many tasks, after each tenth. */
export async function measureMemory(bench: Bench, tasks: number): Promise<Report> {
  const url = await createDatabase(bench.postgresUrl, 'bench_memory');
  const env = {
    ...SERVER_ENV,
    BATCHLINE_DATA: await mkdtemp(join(bench.folder, 'memory-')),
    BATCHLINE_CONCURRENCY: '500',
    DATABASE_URL: url,
  };
  try {
    const job: MemoryJob = { env, tasks };
    const { afterTenths, seconds } = await inProcess<MemoryJob, MemoryResult>(
      bench,
      'memory-batchline.ts',
      job,
    );
    const figures = Object.fromEntries(
      afterTenths.map((memory, index) => [`after ${(index + 1) * 10} %`, figureOf([memory])]),
    );
    const first = Math.max(...afterTenths.slice(0, 5));
    const second = Math.max(...afterTenths.slice(5));
    return {
      title: `Resident memory while ${tasks.toLocaleString('en')} tasks run (${Math.round(tasks / seconds)} a second)`,
      unit: 'MB',
      figures,
      results: [
        {
          name: 'second half / first half',
          figure: figureOf([second / first]),
          target: { row: 'memory, second half / first half of a million tasks', max: FLAT },
        },
      ],
    };
  } finally {
    await dropDatabase(url);
  }
}
