import { quoteText } from '../../core/odata/lexer.ts';
import { type ListedState, listedStateFilter, listedStateOf } from '../../core/odata/listed-state.ts';
import { type StoredState, storedStateOf } from '../../core/task-state.ts';
import type { ExitCode } from '../output.ts';
import { durationText, printTable, stateStyle, timeText } from '../table.ts';
import { type ConnectionOptions, connect, reportMissingCells } from './connection.ts';

/** Options of `task list`. */
export interface ListTasksOptions extends ConnectionOptions {
  readonly state?: readonly ListedState[];
  readonly name?: string;
  readonly filter?: string;
  readonly search?: string;
  readonly mine?: boolean;
  readonly allCells?: boolean;
  readonly top: string;
}

const LISTED = [
  ...['batchTaskId', 'name', 'state', 'stopped', 'progressPercent', 'progressDescription', 'associateId'],
  ...['registeredBy', 'registeredDate', 'dueAt', 'waitsFor', 'duration', 'result', 'description'],
].join(',');

type Row = Record<string, unknown> & { readonly state: StoredState; readonly dueAt: unknown };

/** `batchline task list`: prints tasks, newest first, with the reasons of failures. */
export async function listTasks(options: ListTasksOptions): Promise<ExitCode> {
  const { state = [], name, filter, search } = options;
  const conditions = [
    ...(state.length === 0 ? [] : [listedStateFilter(state)]),
    ...(name === undefined ? [] : [`name eq ${quoteText(name)}`]),
    ...(options.mine === true ? ['associateId currentAssociate'] : []),
    ...(filter === undefined ? [] : [`(${filter})`]),
  ];
  const { client, answer } = await connect(options);
  const ofAll = options.allCells === true;
  const call = client.GET('/api/v1/BatchTask', {
    params: {
      query: {
        $select: LISTED,
        // Ids of different cells say nothing about the time.
        $orderBy: ofAll ? 'registeredDate desc' : 'batchTaskId desc',
        $top: options.top,
        ...(ofAll ? { $cells: 'all' } : {}),
        ...(conditions.length === 0 ? {} : { $filter: conditions.join(' and ') }),
        ...(search === undefined ? {} : { $search: search }),
      },
    },
  });
  const { value } = await answer(call);
  reportMissingCells((await call).response);
  const rows: Row[] = value.map((row) => ({
    ...row,
    state: storedStateOf(Number(row.state)),
    dueAt: isSet(row.dueAt) ? row.dueAt : null,
  }));
  printTable(rows, { json: options.json, none: 'No tasks.' }, [
    { head: 'Id', of: (row) => String(row.batchTaskId), right: true },
    ...(ofAll ? [{ head: 'Cell', of: (row: Row) => String(row.Cell) }] : []),
    { head: 'Definition', of: (row) => String(row.name) },
    { head: 'State', of: listedState, style: (row) => stateStyle(listedState(row)) },
    { head: 'Progress', of: (row) => `${row.progressPercent} %`, right: true, optional: true },
    { head: 'Created', of: (row) => timeText(row.registeredDate), optional: true },
    {
      head: 'Duration',
      of: (row) => durationText(Number(row.duration) > 0 ? Number(row.duration) / 1000 : null),
      right: true,
      optional: true,
    },
    { head: 'Owner', of: (row) => String(row.registeredBy ?? row.associateId), optional: true },
    {
      head: 'Details',
      of: detailsOf,
      style: (row) => (listedState(row) === 'Failed' ? 'red' : undefined),
    },
    { head: 'Description', of: (row) => String(row.description) },
  ]);
  return 0;
}

function listedState(row: Row): ListedState {
  return listedStateOf(row.state, row.stopped === true);
}

/** The detail that matters in the state of a task: its error, due time, reason to wait, or progress. */
function detailsOf(row: Row): string {
  if (row.state === 'Failed') return firstLine(row.result);
  if (row.state === 'New') {
    const due = row.dueAt === null ? '' : `due ${timeText(row.dueAt)}`;
    const reason = String(row.waitsFor ?? '');
    return [due, reason === 'DelayedStart' ? '' : reason].filter((part) => part !== '').join('; ');
  }
  return String(row.progressDescription ?? '');
}

function firstLine(text: unknown): string {
  return String(text ?? '').split('\n', 1)[0] ?? '';
}

/** False for a date of the list that is not set. */
function isSet(date: unknown): boolean {
  return !String(date).startsWith('0001-');
}
