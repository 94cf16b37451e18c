import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Session } from '../api/carriers.ts';
import { statisticsQuery } from '../api/statistics.ts';
import { DefinitionTable } from '../definitions/definition-table.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import '../styles/operations.css';
import { WorkerTable } from '../workers/worker-table.tsx';
import { FailureGroups } from './failure-groups.tsx';
import { PeriodChoice, usePeriod } from './period.tsx';
import { StatisticsPlots } from './statistics-plots.tsx';

/** Throughput, workers, queues and failures, for operators. */
export default function OperationsPage({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const { data, error } = useQuery(statisticsQuery(usePeriod()));
  useTitle(t`Operations`);
  return (
    <section>
      <div className="page-title">
        <h1>{t`Operations`}</h1>
        <PeriodChoice />
      </div>
      <Problem error={error} />
      {data === undefined ? error === null && <Skeleton lines={9} /> : <StatisticsPlots statistics={data} />}
      <WorkerTable who={who} />
      {data !== undefined && (
        <>
          <section>
            <h2>{t`Definitions`}</h2>
            <DefinitionTable statistics={data} who={who} />
          </section>
          <FailureGroups failures={data.Failures} />
        </>
      )}
    </section>
  );
}
