import { quoteText } from '../../../src/core/odata/lexer.ts';
import { LISTED_STATES, type ListedState, listedStateFilter } from '../../../src/core/odata/listed-state.ts';

/** The sortable columns, as named in the address. */
export const SORTS = [
  'name',
  'state',
  'associateId',
  'registeredDate',
  'startCount',
  'duration',
  'progressPercent',
] as const;
export type Sort = (typeof SORTS)[number];

/** Filter and order of the list, as in the address. */
export interface Filter {
  readonly scope: 'mine' | 'all';
  readonly states: readonly ListedState[];
  readonly name: string;
  readonly search: string;
  readonly sort: Sort;
  readonly descending: boolean;
}

/** Reads a filter from the address; unknown values are ignored. */
export function readFilter(query: URLSearchParams): Filter {
  const order = query.get('sort') ?? '-registeredDate';
  const sort = SORTS.find((each) => each === order.replace(/^-/, ''));
  const states = query.get('state')?.split(',') ?? [];
  return {
    scope: query.get('scope') === 'all' ? 'all' : 'mine',
    states: LISTED_STATES.filter((state) => states.includes(state)),
    name: query.get('name') ?? '',
    search: query.get('q') ?? '',
    sort: sort ?? 'registeredDate',
    descending: sort === undefined || order.startsWith('-'),
  };
}

/** Writes a filter for the address, without defaults. */
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

/** Returns the archive list's `$filter` without the search (docs/archive.md); empty for all tasks. */
export function toArchiveFilter({ scope, states, name }: Filter, associateId: number): string {
  const conditions: string[] = [];
  if (scope === 'mine') conditions.push(`associateId eq ${associateId}`);
  if (states.length > 0) conditions.push(listedStateFilter(states));
  if (name !== '') conditions.push(`name eq ${quoteText(name)}`);
  return conditions.join(' and ');
}

/** Returns the archive list's `$orderBy`. The age is ordered by id, which is the cheapest order. */
export function toArchiveOrder({ sort, descending }: Filter): string {
  const direction = descending ? 'desc' : 'asc';
  return `${sort === 'registeredDate' ? 'batchTaskId' : sort} ${direction}`;
}
