import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { hasEnded } from '../../../src/core/task-state.ts';
import type { Selection } from '../api/bulk.ts';
import type { TaskRow } from '../api/carriers.ts';
import { ColumnHeader } from '../parts/data-table.tsx';
import { Highlighted } from '../parts/highlighted.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useNow, useTimes } from '../times.ts';
import { useFailureReasons } from './failure-reasons.ts';
import type { Filter, Sort } from './filter.ts';
import type { TaskList } from './use-task-list.ts';

const ROW = { wide: 41, narrow: 92 };

/** The delay between the last scroll and saving the place, in milliseconds; browsers limit the rate. */
const SAVE_AFTER = 100;

let saving: ReturnType<typeof setTimeout> | undefined;

/** The place that this entry of the history was left at. */
const savedTop = (): number => Number((history.state as { top?: number } | null)?.top ?? 0);

/** Saves the place in the entry of the history, so that Back returns to it. */
function saveTop(top: number): void {
  clearTimeout(saving);
  const address = location.href;
  saving = setTimeout(() => {
    if (location.href === address) history.replaceState({ ...history.state, top }, '');
  }, SAVE_AFTER);
}

/** The titles of the columns by which the list can be sorted. */
export function useSortTitles(): Readonly<Record<Sort, string>> {
  const { t } = useTexts();
  return {
    name: t`Task`,
    state: t`State`,
    progressPercent: t`Progress`,
    associateId: t`Owner`,
    registeredDate: t`Age`,
    duration: t`Duration`,
    startCount: t`Attempts`,
  };
}

/** The visible part of the list. */
export interface View {
  readonly ids: readonly number[];
  readonly isTop: boolean;
}

/** A virtual table of tasks: only the rows in view exist. Arrow keys move, Enter opens, Space selects. */
export function TaskTable({
  list,
  filter,
  onSort,
  nameOf,
  view,
  selection,
  onSelect,
}: {
  list: TaskList;
  filter: Filter;
  onSort: (sort: Sort) => void;
  nameOf: (associateId: number) => string;
  view: RefObject<View>;
  selection: Selection;
  onSelect: (selection: Selection) => void;
}): ReactNode {
  const { t } = useTexts();
  const now = useNow();
  const [, navigate] = useLocation();
  const scroller = useRef<HTMLDivElement>(null);
  const isNarrow = useIsNarrow();
  const [active, setActive] = useState(0);
  const lastSelected = useRef(0);
  const { rows, loadMore } = list;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? ROW.narrow : ROW.wide),
    overscan: 12,
    // The sticky header covers the first row.
    scrollPaddingStart: ROW.wide,
    initialOffset: savedTop,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows change their height with the width of the page
  useEffect(() => virtualizer.measure(), [isNarrow]);
  const items = virtualizer.getVirtualItems();
  const reasons = useFailureReasons(items.flatMap((item) => rows[item.index] ?? []));
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    view.current = {
      ids: items.slice(0, 100).flatMap((item) => rows[item.index]?.batchTaskId ?? []),
      isTop: (virtualizer.scrollOffset ?? 0) < ROW.wide * 3,
    };
    if (last >= rows.length - 20) loadMore();
  });

  const go = (index: number): void => {
    const to = Math.min(Math.max(index, 0), rows.length - 1);
    setActive(to);
    virtualizer.scrollToIndex(to);
    // The row may exist only after the scroll.
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus({ preventScroll: true }),
    );
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + 10,
      PageUp: active - 10,
      Home: 0,
      End: rows.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      go(to);
    } else if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.dataset.index) {
      const row = rows[Number(event.target.dataset.index)];
      if (row !== undefined) navigate(`/tasks/${row.batchTaskId}`);
    } else if (event.key === ' ' && event.target instanceof HTMLElement && event.target.dataset.index) {
      const index = Number(event.target.dataset.index);
      const row = rows[index];
      event.preventDefault();
      if (row !== undefined) select(index, !isSelected(row), event.shiftKey);
    }
  };
  const { isAll, ids } = selection;
  const isSelected = (row: TaskRow): boolean => ids.has(row.batchTaskId) !== isAll;
  /** Selects or deselects a row; with `toLast`, all rows from the last one that was. */
  const select = (index: number, on: boolean, toLast: boolean): void => {
    const [from, to] = [index, toLast ? lastSelected.current : index].sort((a, b) => a - b);
    const changed = new Set(ids);
    for (const { batchTaskId } of rows.slice(from, (to ?? index) + 1))
      if (on === isAll) changed.delete(batchTaskId);
      else changed.add(batchTaskId);
    lastSelected.current = index;
    onSelect({ isAll, ids: changed });
  };
  const selected = rows.filter(isSelected).length;
  const titles = useSortTitles();
  const head = (sort: Sort, kind?: 'number'): ReactNode => (
    <ColumnHeader
      title={titles[sort]}
      kind={kind}
      sorted={filter.sort === sort ? (filter.descending ? 'descending' : 'ascending') : undefined}
      onSort={() => onSort(sort)}
    />
  );
  return (
    <div className="tasks" ref={scroller} onScroll={({ currentTarget }) => saveTop(currentTarget.scrollTop)}>
      <table
        aria-label={t`Tasks`}
        aria-rowcount={list.isComplete ? rows.length + 1 : -1}
        onKeyDown={onKeyDown}
      >
        <thead>
          <tr aria-rowindex={1} className="task-row">
            <th scope="col" className="task-check">
              <input
                type="checkbox"
                aria-label={t`Select all loaded tasks`}
                checked={selected === rows.length}
                ref={(box) => {
                  if (box !== null) box.indeterminate = selected > 0 && selected < rows.length;
                }}
                onChange={({ target }) =>
                  onSelect({
                    isAll: false,
                    ids: new Set(target.checked ? rows.map((row) => row.batchTaskId) : []),
                  })
                }
              />
            </th>
            {head('name')}
            {head('state')}
            {head('progressPercent')}
            {head('associateId')}
            {head('registeredDate', 'number')}
            {head('duration', 'number')}
            {head('startCount', 'number')}
          </tr>
        </thead>
        <tbody style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <tr
                key={row.batchTaskId}
                aria-rowindex={item.index + 2}
                data-index={item.index}
                tabIndex={item.index === Math.min(active, rows.length - 1) ? 0 : -1}
                onFocus={() => setActive(item.index)}
                className={isSelected(row) ? 'task-row selected' : 'task-row'}
                style={{ transform: `translateY(${item.start}px)`, height: item.size }}
              >
                <td className="task-check">
                  <input
                    type="checkbox"
                    tabIndex={-1}
                    aria-label={t`Select task ${row.batchTaskId}`}
                    checked={isSelected(row)}
                    onChange={({ target, nativeEvent }) =>
                      select(item.index, target.checked, (nativeEvent as MouseEvent).shiftKey)
                    }
                  />
                </td>
                <Cells row={row} now={now} owner={nameOf(row.associateId)} reason={reasons(row)} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Cells({
  row,
  now,
  owner,
  reason,
}: {
  row: TaskRow;
  now: number;
  owner: string;
  /** The Result of a Failed task; empty for others, and until it is loaded. */
  reason: string;
}): ReactNode {
  const { t } = useTexts();
  const { span, duration, moment } = useTimes();
  const wait = useWait(row, now);
  const created = readTime(row.registeredDate) ?? now;
  const started = readTime(row.lastStarted);
  const ended = hasEnded(row.state) ? (readTime(row.updatedDate) ?? now) : now;
  const isOn = started !== undefined && row.state !== 'New';
  return (
    <>
      <td className="task-name">
        <Link href={`/tasks/${row.batchTaskId}`} tabIndex={-1} title={row.name}>
          <Highlighted text={row.name} />
        </Link>{' '}
        <span className="task-id">#{row.batchTaskId}</span>
        {row.description !== '' && (
          <span className="task-description" title={row.description}>
            {' '}
            <Highlighted text={row.description} />
          </span>
        )}
      </td>
      <td className="task-state">
        <StateMark state={row.state} isStopped={row.stopped} />
      </td>
      <td className="task-progress">
        <ProgressBar
          percent={row.progressPercent}
          text={wait?.text ?? (reason === '' ? row.progressDescription : reason)}
          title={wait?.title}
          label={t`Progress of task ${row.batchTaskId}`}
          state={row.state}
          isStopped={row.stopped}
        />
      </td>
      <td className="task-owner">{owner}</td>
      <td className="number task-age" title={moment(created)}>
        {span(now - created)}
      </td>
      <td className="number task-duration" title={isOn ? moment(started) : undefined}>
        {isOn ? duration(ended - started) : '–'}
      </td>
      <td className="number task-attempts">{row.startCount}</td>
    </>
  );
}

/** The reason why a New task does not run, unless it is only its place in the queue. */
function useWait(row: TaskRow, now: number): { readonly text: string; readonly title?: string } | undefined {
  const { t } = useTexts();
  const { ago, moment } = useTimes();
  const due = readTime(row.dueAt);
  if (row.state !== 'New') return undefined;
  if (due !== undefined && due > now) return { text: t`due ${ago(due, now)}`, title: moment(due) };
  if (row.waitsFor === 'DefinitionPaused') return { text: t`definition paused` };
  if (row.waitsFor === 'NoWorker') return { text: t`no worker` };
  return undefined;
}

const NARROW = '(max-width: 1000px)';

function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const change = (): void => setNarrow(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  return isNarrow;
}
