import { invalid } from '../errors.ts';
import { type OrderColumn, parseOrder, writeExpression } from './filter.ts';
import { isAggregate, type SelectedItem, type Selection, splitList } from './selection.ts';

/** The structure of a list with `GroupBy` or sums (contract, section 6). */
export interface Grouping {
  /** The group keys of the tasks, the outermost level first. */
  readonly groups: readonly SelectedItem[];
  readonly aggregates: readonly SelectedItem[];
  /** The levels of groups, from the outermost; a list without `GroupBy` is one group of level 1. */
  readonly levels: readonly number[];
  /** Whether there are rows of tasks. False if `HideDetail` leaves them without a column. */
  readonly showsDetails: boolean;
  /** The order of the groups: one column for each of `groups`. */
  readonly groupOrder: readonly OrderColumn[];
  /** The aggregate that sorts groups without rows of tasks. */
  readonly byAggregate: { readonly item: SelectedItem; readonly descending: boolean } | undefined;
  /** The total order of the tasks, which starts with the order of the groups. */
  readonly order: readonly OrderColumn[];
}

/**
 * Returns the grouping of a list; `undefined` if its selection has no `GroupBy` and no aggregates.
 *
 * @param orderText `$orderBy`, which may also contain the functions of `$select`, with or without their modifiers
 * @throws RequestError (invalid) if the order is invalid or a level has no group
 */
export function groupingOf(selection: Selection, orderText: string): Grouping | undefined {
  const aggregates = selection.filter(isAggregate);
  const groups = selection
    .filter(({ role }) => role === 'group')
    .toSorted((a, b) => (a.level ?? 1) - (b.level ?? 1));
  if (aggregates.length === 0 && groups.length === 0) return undefined;
  const levels = groups.length === 0 ? [1] : [...new Set(groups.map(({ level }) => level ?? 1))];
  const stray = aggregates.find(({ level }) => level !== undefined && !levels.includes(level));
  if (stray !== undefined) {
    throw invalid`$select has "${stray.label.slice(0, 60)}", but no GroupBy of level ${stray.level ?? 1}; the levels are ${levels.join(', ')}.`;
  }
  const showsDetails = selection.some(({ hideDetail }) => !hideDetail);
  const directions = new Map<SelectedItem, boolean>();
  const rest: string[] = [];
  for (const part of splitList(orderText)) {
    const [, name = part, direction = 'asc'] = /^(.*?)(?:\s+(asc|desc))?$/is.exec(part) ?? [];
    const item = [...groups, ...aggregates].find((one) => isCalled(one, name));
    if (item === undefined) rest.push(part);
    else directions.set(item, direction.toLowerCase() === 'desc');
  }
  const item = aggregates.find((one) => directions.has(one));
  if (item !== undefined && showsDetails) {
    throw invalid`$orderBy has "${item.label.slice(0, 60)}"; an aggregate is only accepted if every column has HideDetail.`;
  }
  const groupOrder = groups.map((group) => ({
    ...group.expression,
    descending: directions.get(group) ?? false,
  }));
  return {
    groups,
    aggregates,
    levels,
    showsDetails,
    groupOrder,
    byAggregate: item && { item, descending: directions.get(item) === true },
    order: [...groupOrder, ...parseOrder(rest.join())],
  };
}

function isCalled(item: SelectedItem, name: string): boolean {
  const plain = (text: string): string => text.replaceAll(/\s+/g, '').toLowerCase();
  const call = `${item.role === 'group' ? 'GroupBy' : item.role}(${writeExpression(item.expression)})`;
  return [item.label, call].some((one) => plain(one) === plain(name));
}

/** Returns true if the groups of a level have rows of this kind. */
export function hasRow(selection: Selection, kind: 'header' | 'footer', level: number): boolean {
  return selection.some((item) => item[kind] && (item.level ?? level) === level);
}

/** Returns the columns of a header or footer: the group keys of its level, and its aggregates. */
export function itemsAt(selection: Selection, kind: 'header' | 'footer', level: number): SelectedItem[] {
  return selection.filter((item) => {
    if (item.role === 'group') return item.level === level;
    if (!isAggregate(item) || (item.level ?? level) !== level) return false;
    return item[kind] || (!item.header && !item.footer);
  });
}

/** Returns the columns of the rows of tasks. */
export function detailItems(selection: Selection): SelectedItem[] {
  return selection.filter(({ hideDetail }) => !hideDetail);
}
