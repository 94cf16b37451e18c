import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { Definition, Session } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { isAdministrator, seesAll, useNames } from '../api/session.ts';
import { definitionStatisticsQuery } from '../api/statistics.ts';
import { FailureGroups } from '../operations/failure-groups.tsx';
import { PeriodChoice, usePeriod } from '../operations/period.tsx';
import { StatisticsPlots } from '../operations/statistics-plots.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { StartForm } from '../start/start-form.tsx';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import { WorkerTable } from '../workers/worker-table.tsx';
import { DefinitionControl } from './definition-control.tsx';
import { DefinitionFacts, DefinitionHistory, DefinitionSchedules } from './definition-facts.tsx';
import { Figures, RunTimes } from './figures.tsx';
import { RecentTasks } from './recent-tasks.tsx';

/** One definition: how it does, who runs it, and the form that starts a task. */
export function DefinitionPage({ name, who }: { name: string; who: Session }): ReactNode {
  const { t } = useTexts();
  const { data, error, isSuccess } = useQuery(definitionsQuery);
  const definition = data?.find((each) => each.Name.toLowerCase() === name.toLowerCase());
  useTitle(name);
  return (
    <article className="definition">
      <header className="task-header">
        <p>
          <Link href="/definitions">{t`Definitions`}</Link>
        </p>
        <div className="page-title">
          <h1>{definition?.Name ?? name}</h1>
          {seesAll(who) && definition !== undefined && <PeriodChoice />}
        </div>
        {definition !== undefined && <Introduction definition={definition} who={who} />}
      </header>
      <Problem error={error} />
      {isSuccess && definition === undefined && <p className="empty">{t`Definition ${name} not found.`}</p>}
      {data === undefined && error === null && <Skeleton lines={9} />}
      {definition !== undefined && (
        <>
          {seesAll(who) && <Performance definition={definition} who={who} />}
          <RecentTasks definition={definition} who={who} />
          <div className="halves">
            <DefinitionSchedules name={definition.Name} />
            <DefinitionFacts definition={definition} who={who} />
          </div>
          {isAdministrator(who) && <DefinitionHistory name={definition.Name} who={who} />}
        </>
      )}
    </article>
  );
}

/** The description, the pause, and what the user may do. */
function Introduction({ definition, who }: { definition: Definition; who: Session }): ReactNode {
  const { t } = useTexts();
  const names = useNames(who);
  const [isStarting, setStarting] = useState(false);
  const { Name, Description, Paused, PausedBy, PausedAt, PausedReason } = definition;
  return (
    <>
      {Description !== '' && <p>{Description}</p>}
      {Paused && (
        <p className="notice">
          <strong>{t`Paused by ${names(PausedBy ?? 0)}`}</strong> <Moment at={PausedAt} />
          {'. '}
          {PausedReason ?? t`Its tasks wait until it is resumed.`}
        </p>
      )}
      <div className="buttons">
        <button
          type="button"
          className="primary"
          aria-expanded={isStarting}
          onClick={() => setStarting(!isStarting)}
        >
          {t`Start a task`}
        </button>
        {isAdministrator(who) && <DefinitionControl definition={definition} />}
        <Link href={`/?scope=all&name=${encodeURIComponent(Name)}`} className="button">{t`All tasks`}</Link>
      </div>
      {isStarting && <StartForm definition={definition} />}
    </>
  );
}

/** Queue, throughput, times, failures and workers, for users who see all tasks. */
function Performance({ definition: { Name }, who }: { definition: Definition; who: Session }): ReactNode {
  const { data, error } = useQuery(definitionStatisticsQuery(Name, usePeriod()));
  return (
    <>
      <Problem error={error} />
      {data === undefined ? (
        error === null && <Skeleton lines={9} />
      ) : (
        <>
          <Figures statistics={data} />
          <StatisticsPlots statistics={data} />
          <div className="halves">
            <RunTimes statistics={data} />
            <FailureGroups failures={data.Failures} ofOne />
          </div>
        </>
      )}
      <WorkerTable definition={Name} who={who} />
    </>
  );
}
