import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { STORED_STATES } from '../../../src/core/task-state.ts';
import { api, type Call, get } from '../api/call.ts';
import type { Children, StoredState } from '../api/carriers.ts';
import { at } from '../api/tasks.ts';
import { useLive } from '../live.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { StateMark, useStateName } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { useNow, useTimes } from '../times.ts';
import { type Axis, axisOf, type Child, placeOf, timesOf } from './waterfall.ts';

/** The number of children that are loaded at once. */
const PAGE = 50;
/** The maximum depth shown; deeper children are on their parents' pages. */
const DEEPEST = 3;

/** The state of the children shown; empty for all. */
type Choice = StoredState | '';

/** The children of a task as a waterfall: when each waited and ran, on a common axis. Nothing if it has none. */
export function TaskChildren({ id }: { id: number }): ReactNode {
  const { t } = useTexts();
  const { number, duration } = useTimes();
  const stateName = useStateName();
  const now = useNow();
  const [state, setState] = useState<Choice>('');
  const { counts, children, loadMore } = useChildren(id, state);
  if (counts === undefined || counts.Total === 0) return null;
  const axis = axisOf(children.map((child) => timesOf(child, now)));
  const weight = children.reduce((sum, child) => sum + child.Weight, 0);
  const { Total, Ended, Failed } = counts;
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t`Children`}</h2>
        <select
          aria-label={t`State`}
          value={state}
          onChange={(event) => setState(event.target.value as Choice)}
        >
          <option value="">{t`All states`}</option>
          {STORED_STATES.map((each) => (
            <option key={each} value={each}>
              {stateName(each)}
            </option>
          ))}
        </select>
      </div>
      <p className="dim">{t`${number(Ended)} of ${number(Total)} ended, ${number(Failed)} failed`}</p>
      <ScrollBox label={t`Children`}>
        <table className="waterfall" aria-label={t`Children`}>
          <thead>
            <tr>
              <th scope="col">{t`Task`}</th>
              <th scope="col">{t`State`}</th>
              <th scope="col" className="number">{t`Waited`}</th>
              <th scope="col" className="number">{t`Ran`}</th>
              <th scope="col" className="number" title={t`Share of the parent’s progress`}>{t`Share`}</th>
              <td className="waterfall-axis" aria-hidden="true">
                {axis.ticks.map((tick) => (
                  <span key={tick} style={{ left: `${(100 * tick) / axis.length}%` }}>
                    {tick === 0 ? '0' : duration(tick)}
                  </span>
                ))}
              </td>
            </tr>
          </thead>
          <tbody>
            {children.map((child) => (
              <ChildRows
                key={child.Task.Id}
                child={child}
                axis={axis}
                now={now}
                depth={1}
                // Of a part of the children, no share is known.
                whole={children.length === Total ? weight : 0}
              />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {children.length === 0 && <p className="dim">{t`No tasks match.`}</p>}
      {loadMore !== undefined && (
        <button type="button" onClick={loadMore}>
          {t`Show more`}
        </button>
      )}
    </section>
  );
}

interface LoadedChildren {
  /** `undefined` until they are loaded. */
  readonly counts: Pick<Children, 'Total' | 'Ended' | 'Failed'> | undefined;
  readonly children: readonly Child[];
  /** Loads more; `undefined` if there are none. */
  readonly loadMore: (() => void) | undefined;
}

function useChildren(id: number, state: Choice): LoadedChildren {
  const { data, refetch, fetchNextPage, hasNextPage } = useInfiniteQuery({
    queryKey: ['children', id, state],
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        Limit: String(PAGE),
        After: String(pageParam),
        ...(state === '' ? {} : { State: state }),
      };
      const call = api.GET('/api/v1/BatchTask/{id}/Children', { params: { ...at(id), query }, signal });
      const page = await get(call as Call<Children>);
      return { page, hasMore: (await call).response.headers.has('Batchline-List-Cut') };
    },
    initialPageParam: 0,
    getNextPageParam: ({ page, hasMore }) => (hasMore ? page.Children.at(-1)?.Task.Id : undefined),
    placeholderData: keepPreviousData,
  });
  useLive(refetch);
  return {
    counts: data?.pages.at(-1)?.page,
    children: data?.pages.flatMap(({ page }) => page.Children) ?? [],
    loadMore: hasNextPage ? () => void fetchNextPage() : undefined,
  };
}

interface Row {
  readonly child: Child;
  readonly axis: Axis;
  readonly now: number;
  readonly depth: number;
  /** The weight of all children of the parent; 0 if it is unknown. */
  readonly whole: number;
}

/** The row of a child, and below it those of its own children once it is expanded. */
function ChildRows({ child, axis, now, depth, whole }: Row): ReactNode {
  const { t } = useTexts();
  const { number, duration } = useTimes();
  const [isOpen, setOpen] = useState(false);
  const { Key, Weight, Stopped, Children: own, Task } = child;
  const { created, started, until } = timesOf(child, now);
  const { Id, Name, State, ProgressPercent } = Task;
  return (
    <>
      <tr data-depth={depth}>
        <th scope="row">
          {own > 0 && depth < DEEPEST && (
            <button
              type="button"
              className="quiet"
              aria-expanded={isOpen}
              aria-label={t`Children of task ${Id}`}
              onClick={() => setOpen(!isOpen)}
            >
              {isOpen ? '▾' : '▸'}
            </button>
          )}
          <Link href={`/tasks/${Id}`}>
            {Name} #{Id}
          </Link>{' '}
          <span className="dim">{Key}</span>
        </th>
        <td>
          <StateMark state={State} isStopped={Stopped} />
          {State === 'Started' && <span className="dim"> {ProgressPercent} %</span>}
        </td>
        <td className="number">{duration((started ?? until) - created)}</td>
        <td className="number">{started === undefined ? '–' : duration(until - started)}</td>
        <td className="number">
          {whole > 0 ? `${number(Math.round((1000 * Weight) / whole) / 10)} %` : '–'}
        </td>
        <td className="waterfall-bars" aria-hidden="true">
          {axis.ticks.map((tick) => (
            <i key={tick} style={{ left: `${(100 * tick) / axis.length}%` }} />
          ))}
          <Bar axis={axis} from={created} to={started ?? until} className="bar-waited" />
          {started !== undefined && (
            <Bar
              axis={axis}
              from={started}
              to={until}
              className={`bar-ran state-${Stopped ? 'Stopped' : State}`}
            />
          )}
        </td>
      </tr>
      {isOpen && <OpenRows id={Id} axis={axis} now={now} depth={depth + 1} />}
    </>
  );
}

function Bar({
  axis,
  from,
  to,
  className,
}: {
  axis: Axis;
  from: number;
  to: number;
  className: string;
}): ReactNode {
  const { left, width } = placeOf(axis, from, to);
  return <span className={className} style={{ left: `${left}%`, width: `${width}%` }} />;
}

/** The children of a child, loaded when it is expanded, on the axis of the whole waterfall. */
function OpenRows({ id, ...row }: { id: number } & Pick<Row, 'axis' | 'now' | 'depth'>): ReactNode {
  const { t } = useTexts();
  const { counts, children, loadMore } = useChildren(id, '');
  const weight = children.reduce((sum, child) => sum + child.Weight, 0);
  return (
    <>
      {children.map((child) => (
        <ChildRows
          key={child.Task.Id}
          child={child}
          {...row}
          whole={children.length === counts?.Total ? weight : 0}
        />
      ))}
      {loadMore !== undefined && (
        <tr data-depth={row.depth}>
          <td colSpan={6}>
            <button type="button" className="quiet" onClick={loadMore}>
              {t`Show more`}
            </button>
          </td>
        </tr>
      )}
    </>
  );
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
