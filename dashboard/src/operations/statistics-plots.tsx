import { type ReactNode, useMemo } from 'react';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';
import { Plot } from './plot.tsx';
import { failureRate, type Statistics, stepsOf, sum, workersAt } from './statistics.ts';

/** Throughput, waiting time and failure rate over time; also the number of workers, if it is given. */
export function StatisticsPlots({
  statistics,
}: {
  statistics: Pick<Statistics, 'Since' | 'StepSeconds' | 'Changes'> & Partial<Pick<Statistics, 'Workers'>>;
}): ReactNode {
  const { t } = useTexts();
  const { number, duration } = useTimes();
  const [times, steps] = useMemo(() => stepsOf(statistics, Date.now()), [statistics]);
  const workers = useMemo(
    () => statistics.Workers && workersAt(statistics.Workers, times),
    [statistics, times],
  );
  const all = sum(statistics.Changes);
  const rate = failureRate(all);
  const percent = (value: number): string => `${number(Math.round(value * 10) / 10)} %`;
  const seconds = (value: number): string => duration(value * 1000);
  return (
    <div className="plots">
      <Plot
        title={t`Throughput`}
        summary={t`${number(all.succeeded)} succeeded, ${number(all.failed)} failed`}
        times={times}
        lines={[
          { label: t`Succeeded`, colour: '--good', values: steps.map((step) => step.succeeded) },
          { label: t`Failed`, colour: '--bad', values: steps.map((step) => step.failed) },
          { label: t`Stopped`, colour: '--still', values: steps.map((step) => step.stopped) },
        ]}
        write={number}
      />
      <Plot
        title={t`Waiting time`}
        summary={
          all.waited === null
            ? t`No runs started`
            : t`average ${seconds(all.waited)}, maximum ${seconds(all.longestWait ?? 0)}`
        }
        times={times}
        lines={[
          { label: t`Average`, colour: '--busy', values: steps.map((step) => step.waited) },
          { label: t`Maximum`, colour: '--wait', values: steps.map((step) => step.longestWait) },
        ]}
        write={seconds}
        precision={0.01}
      />
      <Plot
        title={t`Failure rate`}
        summary={rate === null ? t`No tasks ended` : percent(rate)}
        times={times}
        lines={[{ label: t`Failure rate`, colour: '--bad', values: steps.map(failureRate) }]}
        write={percent}
      />
      {workers !== undefined && (
        <Plot
          title={t`Workers`}
          summary={t`peak ${number(Math.max(0, ...workers))}`}
          times={times}
          lines={[{ label: t`Workers`, colour: '--busy', values: workers }]}
          write={number}
        />
      )}
    </div>
  );
}
