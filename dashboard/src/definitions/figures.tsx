import type { ReactNode } from 'react';
import type { DefinitionStatistics } from '../api/carriers.ts';
import { failureRate, sum } from '../operations/statistics.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';

/** The queue of a definition, and the totals of the period, in large figures. */
export function Figures({ statistics: { Queue, Changes } }: { statistics: DefinitionStatistics }): ReactNode {
  const { t } = useTexts();
  const { number, span } = useTimes();
  const sums = sum(Changes);
  const rate = failureRate(sums);
  const oldest = readTime(Queue.Oldest ?? '');
  const figures: readonly (readonly [string, string, tone: 'bad' | 'wait' | undefined])[] = [
    [t`Waiting`, number(Queue.Due), Queue.Due > 0 ? 'wait' : undefined],
    [t`Oldest`, oldest === undefined ? '–' : span(Date.now() - oldest), undefined],
    [t`Due later`, number(Queue.Later), undefined],
    [t`Running`, number(Queue.Running), undefined],
    [t`Succeeded`, number(sums.succeeded), undefined],
    [t`Failed`, number(sums.failed), sums.failed > 0 ? 'bad' : undefined],
    [t`Stopped`, number(sums.stopped), undefined],
    [
      t`Failure rate`,
      rate === null ? '–' : `${number(Math.round(rate * 10) / 10)} %`,
      rate !== null && rate > 0 ? 'bad' : undefined,
    ],
  ];
  return (
    <dl className="figures panel">
      {figures.map(([name, value, tone]) => (
        <div key={name} data-tone={tone}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type Percentiles = NonNullable<DefinitionStatistics['Running']>;

/** Percentiles of the waiting and running times. */
export function RunTimes({
  statistics: { Waiting, Running },
}: {
  statistics: DefinitionStatistics;
}): ReactNode {
  const { t } = useTexts();
  const { duration, number } = useTimes();
  const rows: readonly (readonly [string, Percentiles | null])[] = [
    [t`Waiting time`, Waiting],
    [t`Running time`, Running],
  ];
  const tasks = Math.max(Waiting?.Tasks ?? 0, Running?.Tasks ?? 0);
  const columns: readonly (readonly [string, keyof Percentiles])[] = [
    [t`Median`, 'P50'],
    ['95 %', 'P95'],
    ['99 %', 'P99'],
    [t`Maximum`, 'Max'],
  ];
  return (
    <section className="panel">
      <h2>{t`Times`}</h2>
      <p className="dim">
        {tasks === 0 ? t`No tasks ended` : t`Of the last ${number(tasks)} tasks that ended in the period`}
      </p>
      <ScrollBox label={t`Times`}>
        <table className="times">
          <thead>
            <tr>
              <td />
              {columns.map(([title]) => (
                <th key={title} scope="col" className="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([title, times]) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                {columns.map(([column, of]) => (
                  <td key={column} className="number">
                    {times === null ? '–' : duration(times[of] * 1000)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}
