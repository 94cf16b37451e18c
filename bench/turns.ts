import { measureOneDrain } from './drain.ts';
import { figuresOf, interleave, type Report, ratioOf } from './figures.ts';
import type { Bench } from './processes.ts';

const ONE = '1 tenant';
const MANY = '100 tenants';

/**
 * Drains of tasks of many tenants, which are claimed by turns, and of one tenant, by the statement without turns. Without
 * turns, many tenants have the same ratio: their rows are in more places of the indexes.
 */
export async function measureTurns(bench: Bench, tasks: number): Promise<Report> {
  const drain = (tenants: number) => async (): Promise<number> =>
    (await measureOneDrain(bench, 'drain-batchline.ts', { kind: 'postgres', tasks, tenants })).drain;
  const rounds = await interleave(bench.rounds, { [ONE]: drain(1), [MANY]: drain(100) });
  return {
    title: `Drain of ${tasks.toLocaleString('en')} no-op tasks by tenants`,
    unit: '1/s',
    figures: figuresOf(rounds),
    results: [ratioOf(rounds, MANY, ONE)],
  };
}
