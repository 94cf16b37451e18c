import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { answer, api, get } from '../api/call.ts';
import type { Definition, Session } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { isAdministrator } from '../api/session.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';
import { useTitle } from '../title.ts';
import '../styles/operations.css';
import { LimitsDialog } from './limits-dialog.tsx';
import { Plot } from './plot.tsx';
import { failureRate, type Statistics, stepsOf, sum, workersAt } from './statistics.ts';

/** The polling interval in milliseconds. */
const INTERVAL = 5000;

const PERIODS = [60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60] as const;

/** Throughput, queues and failures, for operators. */
export default function OperationsPage({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const [query] = useSearchParams();
  const [, navigate] = useLocation();
  const minutes = PERIODS.find((each) => String(each) === query.get('minutes')) ?? PERIODS[0];
  const { data, error } = useQuery({
    queryKey: ['statistics', minutes],
    queryFn: ({ signal }) =>
      get(api.GET('/api/v1/Statistics', { params: { query: { Minutes: String(minutes) } }, signal })),
    refetchInterval: INTERVAL,
    placeholderData: (before) => before,
  });
  useTitle(t`Operations`);
  const names: Readonly<Record<number, string>> = {
    [PERIODS[0]]: t`Last hour`,
    [PERIODS[1]]: t`Last day`,
    [PERIODS[2]]: t`Last week`,
    [PERIODS[3]]: t`Last 30 days`,
  };
  return (
    <section>
      <div className="page-title">
        <h1>{t`Operations`}</h1>
        <fieldset className="choice">
          <legend className="hidden">{t`Period`}</legend>
          {PERIODS.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === minutes}
              onClick={() => navigate(`/operations?minutes=${each}`, { replace: true })}
            >
              {names[each]}
            </button>
          ))}
        </fieldset>
      </div>
      <Problem error={error} />
      {data !== undefined && (
        <>
          <Plots statistics={data} />
          <ByDefinition statistics={data} mayPause={isAdministrator(who)} />
          <FailureGroups statistics={data} />
        </>
      )}
    </section>
  );
}

function Plots({ statistics }: { statistics: Statistics }): ReactNode {
  const { t } = useTexts();
  const { number, duration } = useTimes();
  const [times, steps] = useMemo(() => stepsOf(statistics, Date.now()), [statistics]);
  const workers = useMemo(() => workersAt(statistics, times), [statistics, times]);
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
      <Plot
        title={t`Workers`}
        summary={t`peak ${number(Math.max(0, ...workers))}`}
        times={times}
        lines={[{ label: t`Workers`, colour: '--busy', values: workers }]}
        write={number}
      />
    </div>
  );
}

function ByDefinition({ statistics, mayPause }: { statistics: Statistics; mayPause: boolean }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const definitions = useQuery(definitionsQuery);
  const known = new Map(definitions.data?.map((definition) => [definition.Name, definition]));
  const [limited, setLimited] = useState<Definition>();
  const pause = useMutation({
    mutationFn: ({ name, action }: { name: string; action: 'Pause' | 'Resume' }) =>
      answer(
        action === 'Pause'
          ? api.POST('/api/v1/Definitions/{name}/Pause', { params: { path: { name } } })
          : api.POST('/api/v1/Definitions/{name}/Resume', { params: { path: { name } } }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: definitionsQuery.queryKey }),
  });
  const { number, span } = useTimes();
  const changes = Map.groupBy(statistics.Changes, (change) => change.Name);
  const queues = new Map(statistics.Queues.map((queue) => [queue.Name, queue]));
  const names = [...new Set([...known.keys(), ...queues.keys(), ...changes.keys()])].sort();
  const rows = names.map((name) => ({
    name,
    definition: known.get(name),
    queue: queues.get(name),
    sums: sum(changes.get(name) ?? []),
  }));
  const columns: readonly Column<(typeof rows)[number]>[] = [
    {
      title: t`Name`,
      cell: ({ name }) =>
        name === '' ? (
          t`Deleted tasks`
        ) : (
          <Link href={`/?scope=all&name=${encodeURIComponent(name)}`}>{name}</Link>
        ),
    },
    { title: t`Waiting`, kind: 'number', cell: ({ queue }) => number(queue?.Due ?? 0) },
    {
      title: t`Oldest`,
      kind: 'number',
      cell: ({ queue }) => {
        const oldest = readTime(queue?.Oldest ?? '');
        return oldest === undefined ? '–' : span(Date.now() - oldest);
      },
    },
    { title: t`Due later`, kind: 'number', cell: ({ queue }) => number(queue?.Later ?? 0) },
    { title: t`Running`, kind: 'number', cell: ({ queue }) => number(queue?.Running ?? 0) },
    { title: t`Succeeded`, kind: 'number', cell: ({ sums }) => number(sums.succeeded) },
    { title: t`Failed`, kind: 'number', cell: ({ sums }) => number(sums.failed) },
    { title: t`Stopped`, kind: 'number', cell: ({ sums }) => number(sums.stopped) },
    {
      title: t`Failure rate`,
      kind: 'number',
      cell: ({ sums }) => {
        const rate = failureRate(sums);
        return rate === null ? '–' : `${number(Math.round(rate))} %`;
      },
    },
    {
      title: t`Status`,
      cell: ({ definition }) =>
        definition?.Paused === true ? (
          <strong title={definition.PausedReason ?? undefined}>{t`Paused`}</strong>
        ) : definition !== undefined && isLimited(definition) ? (
          t`Limited`
        ) : (
          '–'
        ),
    },
    {
      title: t`Actions`,
      kind: 'buttons',
      cell: ({ name, definition }) =>
        mayPause &&
        definition !== undefined && (
          <>
            <button
              type="button"
              aria-label={definition.Paused ? t`Resume ${name}` : t`Pause ${name}`}
              onClick={() => pause.mutate({ name, action: definition.Paused ? 'Resume' : 'Pause' })}
            >
              {definition.Paused ? t`Resume` : t`Pause`}
            </button>
            <button type="button" aria-label={t`Limits of ${name}`} onClick={() => setLimited(definition)}>
              {t`Limits`}
            </button>
          </>
        ),
    },
  ];
  return (
    <section>
      <h2>{t`Definitions`}</h2>
      <Problem error={pause.error} />
      <DataTable
        label={t`Definitions`}
        columns={columns}
        rows={definitions.isPending ? undefined : rows}
        keyOf={({ name }) => name}
        empty={t`No definitions yet.`}
      />
      {limited !== undefined && <LimitsDialog definition={limited} onClose={() => setLimited(undefined)} />}
    </section>
  );
}

function isLimited({ Limits: { Concurrent, PerTenant, Rate } }: Definition): boolean {
  return Concurrent !== null || PerTenant !== null || Rate !== null;
}

function FailureGroups({ statistics }: { statistics: Statistics }): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  return (
    <section className="panel">
      <h2>{t`Failures`}</h2>
      {statistics.Failures.length === 0 && <p className="dim">{t`No failures.`}</p>}
      <ul className="failures">
        {statistics.Failures.map((group) => (
          <li key={`${group.Name} ${group.LastId}`}>
            <strong>{number(group.Tasks)}</strong>
            <span>
              {group.Name}: {group.Result}
            </span>
            <Link href={`/tasks/${group.LastId}`}>#{group.LastId}</Link>
            <span className="dim">
              <Moment at={group.LastAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
