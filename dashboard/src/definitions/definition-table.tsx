import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { Definition, Session } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { isAdministrator } from '../api/session.ts';
import { failureRate, type Statistics, sum } from '../operations/statistics.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';
import { DefinitionControl, isLimited } from './definition-control.tsx';

/** From this number of definitions on there is a search. */
const SEARCHABLE = 8;
/** Number of rows until the user asks for all. */
const SHOWN = 25;

interface Row {
  /** Empty for deleted tasks. */
  readonly name: string;
  readonly definition: Definition | undefined;
  readonly queue: Statistics['Queues'][number] | undefined;
  readonly sums: ReturnType<typeof sum>;
}

/** The definitions, with queues and counts for users who see all tasks. */
export function DefinitionTable({
  statistics,
  who,
}: {
  /** `undefined` for users who don't see all tasks. */
  statistics: Statistics | undefined;
  who: Session;
}): ReactNode {
  const { t } = useTexts();
  const definitions = useQuery(definitionsQuery);
  const [search, setSearch] = useState('');
  const columns = useColumns(statistics !== undefined, isAdministrator(who));
  const all = rowsOf(definitions.data ?? [], statistics);
  const wanted = search.trim().toLowerCase();
  const rows = all.filter(
    ({ name, definition }) =>
      name.toLowerCase().includes(wanted) || definition?.Description.toLowerCase().includes(wanted),
  );
  return (
    <>
      <Problem error={definitions.error} />
      {all.length >= SEARCHABLE && (
        <input
          type="search"
          className="table-search"
          aria-label={t`Search definitions`}
          placeholder={t`Search definitions`}
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
      )}
      <DataTable
        label={t`Definitions`}
        columns={columns}
        rows={definitions.isPending ? undefined : rows}
        keyOf={({ name }) => name}
        empty={wanted === '' ? t`No definitions yet.` : t`No definitions match.`}
        limit={SHOWN}
      />
    </>
  );
}

/** The known definitions, and those that only have tasks: first those with work in the period, then the idle ones, by name. */
function rowsOf(definitions: readonly Definition[], statistics: Statistics | undefined): Row[] {
  const known = new Map(definitions.map((definition) => [definition.Name, definition]));
  const changes = Map.groupBy(statistics?.Changes ?? [], (change) => change.Name);
  const queues = new Map(statistics?.Queues.map((queue) => [queue.Name, queue]));
  const names = [...new Set([...known.keys(), ...queues.keys(), ...changes.keys()])].sort();
  const isIdle = (name: string): number => (queues.has(name) || changes.has(name) ? 0 : 1);
  names.sort((a, b) => isIdle(a) - isIdle(b));
  return names.map((name) => ({
    name,
    definition: known.get(name),
    queue: queues.get(name),
    sums: sum(changes.get(name) ?? []),
  }));
}

function useColumns(withCounts: boolean, mayControl: boolean): readonly Column<Row>[] {
  const { t } = useTexts();
  const { number, span } = useTimes();
  const count = (title: string, of: (row: Row) => number): Column<Row> => ({
    title,
    kind: 'number',
    sort: of,
    cell: (row) => (of(row) === 0 ? <span className="dim">{number(0)}</span> : number(of(row))),
  });
  const counts: readonly Column<Row>[] = [
    count(t`Waiting`, ({ queue }) => queue?.Due ?? 0),
    {
      title: t`Oldest`,
      kind: 'number',
      sort: ({ queue }) => -(readTime(queue?.Oldest ?? '') ?? Number.POSITIVE_INFINITY),
      cell: ({ queue }) => {
        const oldest = readTime(queue?.Oldest ?? '');
        return oldest === undefined ? '–' : span(Date.now() - oldest);
      },
    },
    count(t`Due later`, ({ queue }) => queue?.Later ?? 0),
    count(t`Running`, ({ queue }) => queue?.Running ?? 0),
    count(t`Succeeded`, ({ sums }) => sums.succeeded),
    count(t`Failed`, ({ sums }) => sums.failed),
    count(t`Stopped`, ({ sums }) => sums.stopped),
    {
      title: t`Failure rate`,
      kind: 'number',
      sort: ({ sums }) => failureRate(sums) ?? -1,
      cell: ({ sums }) => {
        const rate = failureRate(sums);
        return rate === null ? '–' : `${number(Math.round(rate))} %`;
      },
    },
  ];
  return [
    { title: t`Name`, sort: ({ name }) => name, cell: (row) => <Name row={row} isBrief={withCounts} /> },
    ...(withCounts
      ? counts
      : [{ title: t`Description`, cell: ({ definition }: Row) => definition?.Description ?? '' }]),
    { title: t`Status`, sort: ({ definition }) => statusOf(definition), cell: (row) => <Status row={row} /> },
    {
      title: t`Actions`,
      kind: 'buttons',
      cell: ({ definition }) =>
        definition === undefined ? null : mayControl ? (
          <DefinitionControl definition={definition} />
        ) : (
          <Link
            href={`/start/${encodeURIComponent(definition.Name)}`}
            className="button"
            aria-label={t`Start a task of ${definition.Name}`}
          >
            {t`Start`}
          </Link>
        ),
    },
  ];
}

function Name({ row: { name, definition }, isBrief }: { row: Row; isBrief: boolean }): ReactNode {
  const { t } = useTexts();
  if (name === '') return t`Deleted tasks`;
  const address =
    definition === undefined
      ? `/?scope=all&name=${encodeURIComponent(name)}`
      : `/definitions/${encodeURIComponent(name)}`;
  return (
    <Link href={address} title={isBrief ? definition?.Description : undefined}>
      {name}
    </Link>
  );
}

/** A number by which the rows are sorted: paused, limited, others. */
function statusOf(definition: Definition | undefined): number {
  if (definition?.Paused === true) return 0;
  return definition !== undefined && isLimited(definition) ? 1 : 2;
}

function Status({ row: { definition } }: { row: Row }): ReactNode {
  const { t } = useTexts();
  const status = statusOf(definition);
  if (status === 0) return <strong title={definition?.PausedReason ?? undefined}>{t`Paused`}</strong>;
  return status === 1 ? t`Limited` : '–';
}
