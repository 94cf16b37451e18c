import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { api, get } from '../api/call.ts';
import type { Definition, Session } from '../api/carriers.ts';
import { schedulesQuery, tasksOfSchedule } from '../api/schedules.ts';
import { useNames } from '../api/session.ts';
import { type FactList, Facts } from '../parts/facts.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { useCronWords } from '../schedules/cron-words.ts';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';

type Limits = Definition['Limits'];

/** Returns a function that describes limits in one line; empty without any. */
function useLimitsText(): (limits: Limits) => string {
  const { t } = useTexts();
  const { number, duration } = useTimes();
  return ({ Concurrent, PerTenant, Rate, Weights }) =>
    [
      ...(Concurrent === null ? [] : [t`${number(Concurrent)} concurrent runs`]),
      ...(PerTenant === null ? [] : [t`${number(PerTenant)} concurrent runs per tenant`]),
      ...(Rate === null ? [] : [t`${number(Rate.Runs)} runs per ${duration(Rate.Seconds * 1000)}`]),
      ...Object.entries(Weights ?? {}).map(([tenant, weight]) => t`weight ${number(weight)} for ${tenant}`),
    ].join(', ');
}

/** The settings of a definition, and its limits with their author. */
export function DefinitionFacts({ definition, who }: { definition: Definition; who: Session }): ReactNode {
  const { t } = useTexts();
  const { number, duration } = useTimes();
  const names = useNames(who);
  const limits = useLimitsText();
  const { Isolate, Retries, LeaseSeconds, LastSeen, CancellationBehaviour, Limits } = definition;
  const places: Readonly<Record<string, string>> = {
    inline: t`In the process of the server`,
    thread: t`In a thread of the server`,
    worker: t`In workers`,
  };
  const stops: Readonly<Record<Definition['CancellationBehaviour'], string>> = {
    CanCancel: t`Can be stopped`,
    CancelWithWarning: t`Can be stopped, with a warning`,
    CannotCancel: t`Can’t be stopped`,
  };
  const facts: FactList = [
    [t`Runs`, places[Isolate] ?? Isolate],
    ...(LastSeen === null ? [] : ([[t`Worker last seen`, <Moment key="seen" at={LastSeen} />]] as const)),
    [t`Retries`, number(Retries)],
    [t`Lease`, duration(LeaseSeconds * 1000)],
    [t`Stop`, stops[CancellationBehaviour]],
    [
      t`Limits`,
      <>
        {limits(Limits) || t`None`}
        {definition.LimitsBy !== null && (
          <p className="dim">
            {definition.LimitsAreSet
              ? t`Set by ${names(definition.LimitsBy)}`
              : t`Reset by ${names(definition.LimitsBy)}`}{' '}
            <Moment at={definition.LimitsAt} />
          </p>
        )}
      </>,
    ],
  ];
  return (
    <section className="panel">
      <h2>{t`Details`}</h2>
      <Facts facts={facts} />
    </section>
  );
}

/** The schedules that start tasks of a definition. */
export function DefinitionSchedules({ name }: { name: string }): ReactNode {
  const { t } = useTexts();
  const { data, error } = useQuery(schedulesQuery);
  const words = useCronWords();
  const own = data?.filter(({ Definition }) => Definition === name);
  return (
    <section className="panel">
      <h2>{t`Schedules`}</h2>
      <Problem error={error} />
      {own?.length === 0 && <p className="dim">{t`No schedules yet.`}</p>}
      <ul className="facts-list">
        {own?.map(({ Id, Name, Cron, TimeZone, Paused, NextRuns }) => (
          <li key={Id}>
            <Link href="/schedules">{Name}</Link> {words(Cron)}{' '}
            <span className="dim">
              <code>{Cron}</code> {TimeZone}
            </span>
            <p>
              {Paused ? <strong>{t`Paused`}</strong> : <Moment at={NextRuns[0]} />}
              {' · '}
              <Link href={tasksOfSchedule(Id)} aria-label={t`Tasks of ${Name}`}>
                {t`Tasks`}
              </Link>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The pauses and changes of limits of a definition with their authors, latest first. */
export function DefinitionHistory({ name, who }: { name: string; who: Session }): ReactNode {
  const { t } = useTexts();
  const names = useNames(who);
  const limits = useLimitsText();
  const { data = [] } = useQuery({
    queryKey: ['definitions', name, 'audit'],
    queryFn: ({ signal }) =>
      get(api.GET('/api/v1/Definitions/{name}/Audit', { params: { path: { name } }, signal })),
  });
  if (data.length === 0) return null;
  const texts: Readonly<Record<string, string>> = { Pause: t`Paused`, Resume: t`Resumed` };
  return (
    <section className="panel">
      <h2>{t`Changes`}</h2>
      <ol className="timeline">
        {data.toReversed().map(({ At, ActorId, Action, Limits }) => (
          <li key={`${At} ${Action}`}>
            <Moment at={At} />
            <strong>
              {texts[Action] ?? (Limits === null ? t`Limits reset` : t`Limits: ${limits(Limits) || t`None`}`)}
            </strong>
            <p className="dim">{names(ActorId)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
