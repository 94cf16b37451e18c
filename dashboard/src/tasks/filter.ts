import { quoteText } from '../../../src/domain/archive/filter-lexer.ts';
import { STORED_STATES } from '../../../src/domain/task-state.ts';
import type { StoredState } from '../api/carriers.ts';

/** Columns that the list can be sorted by, by the name that they have in the address. */
export const SORTS = [
  'name',
  'state',
  'associateId',
  'registeredDate',
  'startCount',
  'progressPercent',
] as const;
export type Sort = (typeof SORTS)[number];

/** Which tasks are shown, and in what order: what stands in the address. */
export interface Filter {
  readonly scope: 'mine' | 'all';
  readonly states: readonly StoredState[];
  readonly name: string;
  readonly search: string;
  readonly sort: Sort;
  readonly descending: boolean;
}

/** Reads a filter from an address; what is unknown in it is as if it were not there. */
export function readFilter(query: URLSearchParams): Filter {
  const order = query.get('sort') ?? '-registeredDate';
  const sort = SORTS.find((each) => each === order.replace(/^-/, ''));
  const states = query.get('state')?.split(',') ?? [];
  return {
    scope: query.get('scope') === 'all' ? 'all' : 'mine',
    states: STORED_STATES.filter((state) => states.includes(state)),
    name: query.get('name') ?? '',
    search: query.get('q') ?? '',
    sort: sort ?? 'registeredDate',
    descending: sort === undefined || order.startsWith('-'),
  };
}

/** Writes a filter for the address; what is as usual is left out. */
export function writeFilter({ scope, states, name, search, sort, descending }: Filter): URLSearchParams {
  const query = new URLSearchParams();
  if (scope === 'all') query.set('scope', 'all');
  if (states.length > 0) query.set('state', states.join(','));
  if (name !== '') query.set('name', name);
  if (search !== '') query.set('q', search);
  const order = `${descending ? '-' : ''}${sort}`;
  if (order !== '-registeredDate') query.set('sort', order);
  return query;
}

/** The archive list's `$filter` (docs/archive.md); empty where all are shown. */
export function toArchiveFilter({ scope, states, name, search }: Filter, associateId: number): string {
  const conditions: string[] = [];
  if (scope === 'mine') conditions.push(`associateId eq ${associateId}`);
  if (states.length === 1) conditions.push(`state eq ${quoteText(states[0] ?? '')}`);
  if (states.length > 1) conditions.push(`state oneOf (${states.map(quoteText).join(', ')})`);
  if (name !== '') conditions.push(`name eq ${quoteText(name)}`);
  const text = search.trim();
  if (/^#?\d{1,9}$/.test(text)) {
    conditions.push(`batchTaskId eq ${text.replace('#', '')}`);
  } else if (text !== '') {
    const columns = ['name', 'description', 'request', 'response', 'progressDescription'];
    conditions.push(`(${columns.map((column) => `${column} contains ${quoteText(text)}`).join(' or ')})`);
  }
  return conditions.join(' and ');
}

/** The archive list's `$orderBy`; the newest id stands for the newest, which is the order that costs the least. */
export function toArchiveOrder({ sort, descending }: Filter): string {
  const direction = descending ? 'desc' : 'asc';
  return `${sort === 'registeredDate' ? 'batchTaskId' : sort} ${direction}`;
}
