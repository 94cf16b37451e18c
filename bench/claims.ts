import type { ClaimsJob } from './claims-batchline.ts';
import { figuresOf, interleave, MIN_BY_HISTORY, type Report, ratioOf } from './figures.ts';
import type { History } from './history.ts';
import { type Bench, inProcess, SERVER_ENV } from './processes.ts';

const TASKS = 5000;
const LIMIT = 100;

/** Tasks claimed per second, 100 at a time, in databases with histories of different sizes. */
export async function measureClaims(bench: Bench, histories: readonly History[]): Promise<Report> {
  const nameOf = ({ size }: History): string => `among ${size.toLocaleString('en')}`;
  const claim = ({ env }: History): Promise<number> =>
    inProcess<ClaimsJob, number>(bench, 'claims-batchline.ts', {
      env: { ...SERVER_ENV, ...env },
      tasks: TASKS,
      limit: LIMIT,
    });
  const measurements = histories.map((history) => [nameOf(history), () => claim(history)] as const);
  const rounds = await interleave(bench.rounds, Object.fromEntries(measurements));
  const [smallest, ...others] = histories;
  return {
    title: `Claims of ${TASKS} tasks, ${LIMIT} at a time, with a history`,
    unit: '1/s',
    figures: figuresOf(rounds),
    results:
      smallest === undefined
        ? []
        : others.map((other) => {
            const row = `claims ${nameOf(other)} / ${nameOf(smallest)}`;
            return ratioOf(rounds, nameOf(other), nameOf(smallest), { row, min: MIN_BY_HISTORY });
          }),
  };
}
