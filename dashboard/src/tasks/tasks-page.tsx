import { useQuery } from '@tanstack/react-query';
import { type ReactNode, type RefObject, useMemo, useRef, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { LISTED_STATES, type ListedState } from '../../../src/core/odata/listed-state.ts';
import type { Selection } from '../api/bulk.ts';
import type { Session } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { useNames } from '../api/session.ts';
import type { StateCounts } from '../api/tasks.ts';
import { SearchedWords, wordsPattern } from '../parts/highlighted.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { SortSelect } from '../parts/sort-select.tsx';
import { useStateName } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';
import { useTitle } from '../title.ts';
import { BulkBar } from './bulk-bar.tsx';
import { ExportButton } from './export-button.tsx';
import { type Filter, readFilter, SORTS, type Sort, writeFilter } from './filter.ts';
import { SavedViews } from './saved-views.tsx';
import { SearchBox } from './search-box.tsx';
import { TaskTable, useSortTitles, type View } from './task-table.tsx';
import { type TaskList, useTaskList } from './use-task-list.ts';

/** The list of the user's tasks, or of all visible ones. */
export function TasksPage({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  const [query] = useSearchParams();
  const [, navigate] = useLocation();
  const filter = readFilter(query);
  const view = useRef<View>({ ids: [], isTop: true });
  const list = useTaskList(filter, who.AssociateId, () => view.current);
  const names = useNames(who);
  const title = filter.scope === 'mine' ? t`My tasks` : t`All tasks`;
  useTitle(title);

  const address = (change: Partial<Filter>): string => `/?${writeFilter({ ...filter, ...change })}`;
  const show = (change: Partial<Filter>): void => navigate(address(change), { replace: true });
  const sortBy = (sort: Sort): void =>
    show({ sort, descending: sort === filter.sort ? !filter.descending : sort === 'registeredDate' });
  const shown = filter.states.length > 0 ? filter.states : LISTED_STATES;
  const total = list.counts && shown.reduce((sum, state) => sum + (list.counts?.[state] ?? 0), 0);
  const written = writeFilter(filter).toString();
  return (
    <section className="tasks-page">
      <div className="page-title">
        <h1>{title}</h1>
        <p className="dim" role="status">
          {total === 1 ? t`1 task` : total !== undefined ? t`${number(total)} tasks` : ''}
          {list.isUncounted && t`More than ${number(1_000_000)} tasks`}
        </p>
        <div className="views">
          <SavedViews query={written} />
          {list.rows.length > 0 && <ExportButton key={written} options={list.options} nameOf={names} />}
        </div>
      </div>
      <FilterBar filter={filter} who={who} counts={list.counts} show={show} />
      <Problem error={list.error} />
      {list.rows.length === 0 && list.isComplete ? (
        <NoTasks filter={filter} show={show} />
      ) : list.isLoading ? (
        <Skeleton lines={9} />
      ) : (
        <SelectableTasks
          key={written}
          list={list}
          total={total}
          filter={filter}
          onSort={sortBy}
          nameOf={names}
          view={view}
        />
      )}
    </section>
  );
}

/** The table, and below it the actions on selected tasks. */
function SelectableTasks({
  total,
  ...table
}: {
  list: TaskList;
  /** The number of tasks that match the filter, if it is known. */
  total: number | undefined;
  filter: Filter;
  onSort: (sort: Sort) => void;
  nameOf: (associateId: number) => string;
  view: RefObject<View>;
}): ReactNode {
  const [selection, setSelection] = useState<Selection>({ isAll: false, ids: new Set() });
  const { rows, options } = table.list;
  const { search } = table.filter;
  const words = useMemo(() => wordsPattern(search), [search]);
  return (
    <>
      <SearchedWords value={words}>
        <TaskTable {...table} selection={selection} onSelect={setSelection} />
      </SearchedWords>
      {(selection.isAll || selection.ids.size > 0) && (
        <BulkBar
          selection={selection}
          loaded={rows.map((row) => row.batchTaskId)}
          total={total}
          options={options}
          onSelect={setSelection}
        />
      )}
    </>
  );
}

/** An empty list, with buttons to widen the filter or start a task. */
function NoTasks({ filter, show }: { filter: Filter; show: (change: Partial<Filter>) => void }): ReactNode {
  const { t } = useTexts();
  const isFiltered = filter.states.length > 0 || filter.name !== '' || filter.search !== '';
  return (
    <div className="empty">
      <p>{isFiltered ? t`No tasks match.` : t`No tasks yet.`}</p>
      <div className="buttons">
        {filter.scope === 'mine' && (
          <button type="button" onClick={() => show({ scope: 'all' })}>{t`Show all tasks`}</button>
        )}
        {isFiltered && (
          <button type="button" onClick={() => show({ states: [], name: '', search: '' })}>
            {t`Clear filters`}
          </button>
        )}
        <Link href="/start" className="button">
          {t`Start a task`}
        </Link>
      </div>
    </div>
  );
}

function FilterBar({
  filter,
  who,
  counts,
  show,
}: {
  filter: Filter;
  who: Session;
  counts: StateCounts | undefined;
  show: (change: Partial<Filter>) => void;
}): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  const stateName = useStateName();
  const titles = useSortTitles();
  const definitions = useQuery(definitionsQuery);
  const names = new Set((definitions.data ?? []).map((definition) => definition.Name));
  if (filter.name !== '') names.add(filter.name);
  const toggle = (state: ListedState): void =>
    show({
      states: filter.states.includes(state)
        ? filter.states.filter((each) => each !== state)
        : [...filter.states, state],
    });
  return (
    <search className="filters">
      <fieldset className="choice">
        <legend className="hidden">{t`Owner`}</legend>
        {(['mine', 'all'] as const).map((scope) => (
          <button
            key={scope}
            type="button"
            aria-pressed={filter.scope === scope}
            onClick={() => show({ scope })}
          >
            {scope === 'mine' ? t`Mine` : t`All`}
          </button>
        ))}
      </fieldset>
      <fieldset className="choice">
        <legend className="hidden">{t`State`}</legend>
        {LISTED_STATES.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={filter.states.includes(state)}
            onClick={() => toggle(state)}
          >
            {stateName(state)}
            {counts !== undefined && <span className="count"> {number(counts[state] ?? 0)}</span>}
          </button>
        ))}
      </fieldset>
      <select
        aria-label={t`Definition`}
        value={filter.name}
        onChange={(event) => show({ name: event.target.value })}
      >
        <option value="">{t`All definitions`}</option>
        {[...names].sort().map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <SortSelect
        columns={SORTS.map((key) => ({ key, title: titles[key] }))}
        order={{ key: filter.sort, descending: filter.descending }}
        onSort={(order) => order !== undefined && show({ sort: order.key, descending: order.descending })}
      />
      <SearchBox search={filter.search} who={who} onSearch={(search) => show({ search })} />
    </search>
  );
}
