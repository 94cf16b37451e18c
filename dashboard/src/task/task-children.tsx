import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { api, type Call, get } from '../api/call.ts';
import type { Children } from '../api/carriers.ts';
import { at } from '../api/tasks.ts';
import { useLive } from '../live.ts';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';

/** The maximum number of children shown. */
const MOST = 100;
/** The maximum depth shown; deeper children are on their parents' pages. */
const DEEPEST = 3;

/** The children of a task as a tree, with their shares of its progress; nothing if it has none. */
export function TaskChildren({ id }: { id: number }): ReactNode {
  const { t } = useTexts();
  const children = useChildren(id);
  if (children === undefined || children.Total === 0) return null;
  return (
    <section className="panel">
      <h2>{t`Children`}</h2>
      <Branch branch={children} depth={1} />
    </section>
  );
}

function useChildren(id: number): Children | undefined {
  const { data, refetch } = useQuery({
    queryKey: ['children', id],
    queryFn: ({ signal }) =>
      get(
        api.GET('/api/v1/BatchTask/{id}/Children', {
          params: { ...at(id), query: { Limit: String(MOST) } },
          signal,
        }) as Call<Children>,
      ),
  });
  useLive(refetch);
  return data;
}

function Branch({ branch, depth }: { branch: Children; depth: number }): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  const { Total, Ended, Failed, Children: shown } = branch;
  const weight = shown.reduce((sum, child) => sum + child.Weight, 0);
  return (
    <>
      <p className="dim">{t`${number(Ended)} of ${number(Total)} ended, ${number(Failed)} failed`}</p>
      <ul className="children">
        {shown.map(({ Key, Weight, Stopped, Task }) => (
          <li key={Task.Id}>
            <div className="child">
              <span>
                <Link href={`/tasks/${Task.Id}`}>
                  {Task.Name} #{Task.Id}
                </Link>{' '}
                <span className="dim">{Key}</span>
              </span>
              <StateMark state={Task.State} isStopped={Stopped} />
              <ProgressBar
                percent={Task.ProgressPercent}
                label={t`Progress of task ${Task.Id}`}
                state={Task.State}
                isStopped={Stopped}
              />
              {Total === shown.length && weight > 0 && (
                <span className="dim" title={t`Share of the parent’s progress`}>
                  {number(Math.round((1000 * Weight) / weight) / 10)} %
                </span>
              )}
            </div>
            {depth < DEEPEST && <Grandchildren id={Task.Id} depth={depth + 1} />}
          </li>
        ))}
      </ul>
    </>
  );
}

/** The children of a child, loaded when expanded. */
function Grandchildren({ id, depth }: { id: number; depth: number }): ReactNode {
  const { t } = useTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="quiet"
        aria-expanded={isOpen}
        aria-label={t`Children of task ${id}`}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? '▾' : '▸'}
      </button>
      {isOpen && <OpenBranch id={id} depth={depth} />}
    </>
  );
}

function OpenBranch({ id, depth }: { id: number; depth: number }): ReactNode {
  const children = useChildren(id);
  return children === undefined ? null : <Branch branch={children} depth={depth} />;
}

/** A link to the parent, if the task has one. */
export function ParentLink({ id }: { id: number }): ReactNode {
  const { t } = useTexts();
  const { data } = useQuery({
    queryKey: ['parent', id],
    queryFn: ({ signal }) =>
      get(
        api.GET('/api/v1/BatchTask', {
          params: { query: { $filter: `batchTaskId eq ${id}`, $select: 'parentId' } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const parentId = Number(data?.value[0]?.parentId ?? 0);
  if (parentId === 0) return null;
  return (
    <>
      {' / '}
      <Link href={`/tasks/${parentId}`}>{t`Task ${parentId}`}</Link>
    </>
  );
}
