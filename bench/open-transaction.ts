import { measureOneDrain } from './drain.ts';
import { figuresOf, interleave, type Report, ratioOf } from './figures.ts';
import type { Bench } from './processes.ts';

const TARGET = { row: 'drain while a transaction of another session stays open / without', min: 0.8 };
const HELD = 'with an open transaction';
const FREE = 'without';

/**
 * Drain while another session has a transaction open from before the first start, so that no dead row can be removed, compared
 * with the same drain without it.
 */
export async function measureOpenTransaction(bench: Bench, tasks: number): Promise<Report> {
  const drain = (hasOpenTransaction: boolean) => async (): Promise<number> => {
    const job = { kind: 'postgres', tasks, hasOpenTransaction } as const;
    return (await measureOneDrain(bench, 'drain-batchline.ts', job)).drain;
  };
  const rounds = await interleave(bench.rounds, { [HELD]: drain(true), [FREE]: drain(false) });
  return {
    title: `Drain of ${tasks.toLocaleString('en')} no-op tasks while another session's transaction is open`,
    unit: '1/s',
    figures: figuresOf(rounds),
    results: [ratioOf(rounds, HELD, FREE, TARGET)],
  };
}
