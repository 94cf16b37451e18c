import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { hasEnded } from '../../../src/core/task-state.ts';
import { api, get, Refused } from '../api/call.ts';
import type { AuditEntry, BatchTaskInfo, Session } from '../api/carriers.ts';
import { useNames } from '../api/session.ts';
import { at, readTask } from '../api/tasks.ts';
import { useLive } from '../live.ts';
import { type FactList, Facts } from '../parts/facts.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { CopyButton } from '../parts/shown-once.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useNow, useTimes } from '../times.ts';
import { useTitle } from '../title.ts';
import { Attempts } from './attempts.tsx';
import { EarlierRuns } from './earlier-runs.tsx';
import { type Json, readJson } from './json-paths.ts';
import { JsonTree } from './json-tree.tsx';
import { ResultFile } from './result-file.tsx';
import { TaskActions } from './task-actions.tsx';
import { ParentLink, TaskChildren } from './task-children.tsx';
import { TaskLog } from './task-log.tsx';
import { TaskProgress } from './task-progress.tsx';
import { TaskWaiting } from './task-waiting.tsx';
import { Timeline } from './timeline.tsx';

/** One task with live updates. */
export function TaskPage({ id, who }: { id: number; who: Session }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const task = useQuery({
    queryKey: ['task', id],
    queryFn: ({ signal }) => readTask(id, signal),
  });
  const history = useQuery({
    queryKey: ['audit', id],
    queryFn: ({ signal }) => get(api.GET('/api/v1/BatchTask/{id}/Audit', { params: at(id), signal })),
    enabled: task.isSuccess,
  });
  const isGone = task.error instanceof Refused && task.error.status === 404;
  useLive(async () => {
    if (isGone) return;
    const { data } = await task.refetch();
    const last = history.data?.at(-1);
    if (data !== undefined && (last?.To !== data.data.State || !hasEnded(data.data.State)))
      await Promise.all(
        ['audit', 'attempts'].map((kind) => queries.invalidateQueries({ queryKey: [kind, id] })),
      );
  });
  const info = task.data?.data;
  useTitle(info === undefined ? `#${id}` : `${info.Name} #${id}`);
  if (info === undefined || isGone) {
    return (
      <section>
        <div className="page-title">
          <h1>{t`Task ${id}`}</h1>
        </div>
        <Problem error={task.error} />
        {task.error === null && <Skeleton lines={6} />}
        {isGone && (
          <Link href="/" className="button">
            {t`Go to the tasks`}
          </Link>
        )}
      </section>
    );
  }
  const isStopped = history.data?.at(-1)?.Stopped ?? false;
  return (
    <article className="task">
      <header className="task-header">
        <p>
          <Link href="/">{t`Tasks`}</Link>
          <ParentLink id={id} />
        </p>
        <h1>
          {info.Name} <span className="dim">#{id}</span>{' '}
          <StateMark state={info.State} isStopped={isStopped} />
        </h1>
        {info.Description !== '' && <p>{info.Description}</p>}
        <TaskWaiting task={info} />
        <TaskActions task={info} etag={task.data?.etag ?? null} who={who} />
      </header>
      <div className="task-columns">
        <div>
          <TaskProgress task={info} isStopped={isStopped} />
          <TaskChildren id={id} />
          <ResultFile task={info} />
          <Texts task={info} />
          <Attempts task={info} latest={Math.max(0, ...(history.data ?? []).map(({ Attempt }) => Attempt))} />
          <TaskLog id={id} end={hasEnded(info.State) ? `${info.State} ${info.StartCount}` : undefined} />
        </div>
        <div>
          <TaskDetails task={info} who={who} history={history.data ?? []} />
          <EarlierRuns task={info} />
          <Timeline entries={history.data ?? []} who={who} />
        </div>
      </div>
    </article>
  );
}

function Texts({ task }: { task: BatchTaskInfo }): ReactNode {
  const { t } = useTexts();
  const parts: readonly (readonly [string, string])[] = [
    [t`Result`, task.Result],
    [t`Response`, task.Response],
    [t`Request`, task.Request],
    [t`Context`, task.Context],
  ];
  return (
    <>
      {parts
        .filter(([, text]) => text !== '')
        .map(([title, text]) => {
          const document = readJson(text);
          return document === undefined ? (
            <section key={title} className="panel">
              <div className="panel-head">
                <h2>{title}</h2>
                <CopyButton text={text} label={t`Copy ${title}`} />
              </div>
              <p className="text">{text}</p>
            </section>
          ) : (
            <JsonTree key={title} title={title} value={document} />
          );
        })}
      {task.ParameterObject !== null && (
        <JsonTree title={t`Parameters`} value={task.ParameterObject as Json} />
      )}
    </>
  );
}

function TaskDetails({
  task,
  who,
  history,
}: {
  task: BatchTaskInfo;
  who: Session;
  history: readonly AuditEntry[];
}): ReactNode {
  const { t } = useTexts();
  const { duration, number } = useTimes();
  const now = useNow();
  const names = useNames(who);
  const started = readTime(task.LastStarted);
  const last = readTime(history.at(-1)?.At ?? '');
  const end = hasEnded(task.State) ? (last ?? now) : now;
  const facts: FactList = [
    [t`Owner`, names(task.AssociateId)],
    [t`Created`, <Moment key="created" at={task.Created} />],
    [t`Last started`, <Moment key="started" at={task.LastStarted} />],
    [t`Duration`, started === undefined || task.State === 'New' ? '–' : duration(end - started)],
    [t`Attempts`, number(task.StartCount)],
  ];
  return (
    <section className="panel">
      <h2>{t`Details`}</h2>
      <Facts facts={facts} />
    </section>
  );
}
