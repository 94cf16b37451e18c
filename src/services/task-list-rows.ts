import type { Kysely } from 'kysely';
import { invalid } from '../core/errors.ts';
import type { MessageData } from '../core/message.ts';
import type { ColumnValue } from '../core/odata/columns.ts';
import type { Filter, OrderColumn } from '../core/odata/filter.ts';
import { detailItems, type Grouping, hasRow, itemsAt } from '../core/odata/grouping.ts';
import { isAggregate, type SelectedItem, type Selection } from '../core/odata/selection.ts';
import { type Cursor, listPage, type PageRow, type Partition } from '../db/queries/task-list.ts';
import type { ListedDefinition } from '../db/queries/task-list-filter.ts';
import { type Group, runningSums, summarise } from '../db/queries/task-list-summary.ts';
import type { Schema } from '../db/schema.ts';

/** Maximum number of tasks that a total counts or an aggregate covers. */
export const MAX_SUMMARISED = 1_000_000;

/** A request for a page of the archive list. */
export interface ArchiveRequest {
  readonly filter: Filter | undefined;
  readonly selection: Selection;
  /** Groups and aggregates, if any. */
  readonly grouping: Grouping | undefined;
  /** A total order; for a grouped list, the order of its grouping. */
  readonly order: readonly OrderColumn[];
  /** Cursor: where the previous page ended; `undefined` for the first page. */
  readonly after: Cursor | undefined;
  readonly skip: number;
  /** Maximum number of tasks in a page, or of groups if it has no tasks. */
  readonly top: number;
  /** Appends a row with the aggregates of the whole list. */
  readonly grandTotal: boolean;
  /** Counts the tasks of the whole list. */
  readonly count: boolean;
}

/** The source of a list: the visible partitions of the tasks, and the definitions for their descriptions. */
export interface ArchiveSource {
  readonly partitions: readonly Partition[];
  readonly definitions: readonly ListedDefinition[];
}

/** Maximum number of tasks in a list with running aggregates. */
const MAX_RUNNING = 100_000;
/** Maximum number of groups in a list. */
const MAX_GROUPS = 10_000;

/** The value of one column in a row. */
export interface ListCell {
  readonly item: SelectedItem;
  readonly value: ColumnValue;
  /** The name of the associate, if the value is an associate id. */
  readonly name: string | null;
  /** The translatable form, if the value is a text written by the server. */
  readonly message: MessageData | null;
}

/** A row of the list: a task, the header or footer of a group, or the totals of the whole list. */
export interface ArchiveRow {
  readonly kind: 'task' | 'header' | 'footer' | 'grandtotal';
  /** The level of a header or footer; 1 is the outermost. */
  readonly level: number;
  readonly cells: readonly ListCell[];
  /** The task of a task row. */
  readonly task: PageRow | undefined;
}

/** The tasks of a page, and the cursors around it. */
interface TasksOfPage {
  readonly tasks: readonly PageRow[];
  /** Cursors of the tasks before and after the page, if known. */
  readonly before: Cursor | undefined;
  readonly following: Cursor | undefined;
}

type Key = readonly string[] | undefined;

/** Builds the rows of one page of an archive list: tasks, and headers and footers of their groups. */
export class ArchiveRows {
  readonly #db: Kysely<Schema>;
  readonly #source: ArchiveSource;
  readonly #request: ArchiveRequest;
  readonly #rows: ArchiveRow[] = [];

  constructor(db: Kysely<Schema>, source: ArchiveSource, request: ArchiveRequest) {
    this.#db = db;
    this.#source = source;
    this.#request = request;
  }

  /**
   * Reads the page.
   *
   * @returns the rows, and the cursor of the next page if there is one
   * @throws RequestError (invalid) if the list exceeds the limits of groups or aggregated tasks
   */
  async read(): Promise<{ rows: readonly ArchiveRow[]; next: Cursor | undefined }> {
    const { grouping, grandTotal } = this.#request;
    const groups = grouping && (await this.#groups(grouping));
    const next =
      grouping === undefined || groups === undefined
        ? await this.#plainTasks()
        : grouping.showsDetails
          ? await this.#groupedTasks(grouping, groups)
          : this.#groupsAlone(grouping, groups);
    if (grandTotal && next === undefined) {
      const cells = (grouping?.aggregates ?? []).map((item) => this.#sum(groups?.whole, item));
      this.#add('grandtotal', 0, cells);
    }
    return { rows: this.#rows, next };
  }

  /** @returns the cursor of the next page */
  async #plainTasks(): Promise<Cursor | undefined> {
    const { tasks, following } = await this.#tasks();
    for (const task of tasks) this.#addTask(task, () => null);
    return following && tasks.at(-1)?.place;
  }

  async #tasks(): Promise<TasksOfPage> {
    const { filter, selection, grouping, order, after, skip, top } = this.#request;
    if (top === 0) return { tasks: [], before: undefined, following: undefined };
    const values = selection.filter((item) => !isAggregate(item));
    const { rows, before, following } = await listPage(this.#db, {
      ...this.#source,
      filter,
      columns: [...new Set(values.filter(isPlain).map(({ expression }) => expression.column))],
      computed: values.filter((item) => !isPlain(item)).map(({ expression }) => expression),
      order,
      after,
      skip,
      limit: top,
      // The groups of the last skipped task determine which headers precede the first task.
      looksBack: grouping !== undefined && after === undefined,
    });
    return { tasks: rows, before: after ?? before, following };
  }

  async #groups(grouping: Grouping): Promise<Groups> {
    const { filter } = this.#request;
    const lengths = grouping.levels.map((level) => lengthOf(grouping, level)).filter((length) => length > 0);
    const found = await summarise(
      this.#db,
      { ...this.#source, filter, limit: MAX_SUMMARISED + 1 },
      grouping.groupOrder,
      lengths,
      grouping.aggregates,
      MAX_GROUPS + 1,
    );
    if (found.length > MAX_GROUPS) {
      throw invalid`$select has a GroupBy with more than ${MAX_GROUPS} groups; narrow the $filter, or group by a column with fewer values.`;
    }
    const groups = new Groups(found);
    const showsSums = grouping.showsDetails && grouping.aggregates.some(({ hideDetail }) => !hideDetail);
    const max = showsSums ? MAX_RUNNING : MAX_SUMMARISED;
    if (groups.whole.count > max) {
      throw invalid`$select has aggregates over more than ${max} tasks; narrow the $filter.`;
    }
    return groups;
  }

  /** @returns the cursor of the next page */
  async #groupedTasks(grouping: Grouping, groups: Groups): Promise<Cursor | undefined> {
    const { filter, top } = this.#request;
    const { tasks, before, following } = await this.#tasks();
    const shown = grouping.aggregates.filter(({ hideDetail }) => !hideDetail);
    const ids = shown.length === 0 ? [] : tasks.map(({ id }) => id);
    const size = grouping.groupOrder.length;
    const summed = { ...this.#source, filter, limit: MAX_RUNNING + 1 };
    const sums = await runningSums(this.#db, summed, grouping.order, size, shown, ids);
    let last: Key = before?.slice(0, size);
    for (const [index, task] of tasks.entries()) {
      const key = task.place.slice(0, size);
      if (index > 0) this.#end(grouping, groups, last, key);
      this.#begin(grouping, groups, last, key);
      last = key;
      this.#addTask(task, (item) => {
        const sum = sums.get(task.id)?.[shown.indexOf(item)] ?? null;
        if (item.role === 'Percent') return this.#percent(groups, item, sum);
        // A median has no running value, so each task shows that of the group.
        return item.role === 'Median' ? this.#sum(groups.find(key), item).value : sum;
      });
    }
    if (tasks.length > 0) this.#end(grouping, groups, last, following?.slice(0, size));
    else if (size === 0 && before === undefined && top > 0) {
      this.#begin(grouping, groups, undefined, []);
      this.#end(grouping, groups, [], undefined);
    }
    return following && tasks.at(-1)?.place;
  }

  /**
   * Builds a page of a list that shows only groups. Finds the last group of the previous page by its key or, if that group
   * no longer exists, by its number.
   *
   * @returns the cursor of the next page
   */
  #groupsAlone(grouping: Grouping, groups: Groups): Cursor | undefined {
    const { after, skip, top } = this.#request;
    const size = grouping.groupOrder.length;
    const keys = groups.innermost(grouping);
    const place =
      after && keys.findIndex((key) => JSON.stringify(key) === JSON.stringify(after.slice(0, size)));
    const passed = place === undefined ? skip : place === -1 ? Number(after?.at(-1)) : place + 1;
    const page = keys.slice(passed, passed + top);
    const following = keys[passed + top];
    let last: Key = keys[passed - 1];
    for (const [index, key] of page.entries()) {
      if (index > 0) this.#end(grouping, groups, last, key);
      this.#begin(grouping, groups, last, key);
      last = key;
    }
    if (page.length === 0) return undefined;
    this.#end(grouping, groups, last, following);
    return following && [...(last ?? []), String(passed + page.length)];
  }

  /** Adds the headers of the groups that start with a task, outermost first. */
  #begin(grouping: Grouping, groups: Groups, last: Key, key: readonly string[]): void {
    for (const level of grouping.levels)
      if (differ(grouping, level, last, key)) this.#summary(grouping, groups, 'header', level, key);
  }

  /** Adds the footers of the groups that end with the last task, innermost first. */
  #end(grouping: Grouping, groups: Groups, last: Key, key: Key): void {
    if (last === undefined) return;
    for (const level of grouping.levels.toReversed())
      if (differ(grouping, level, last, key)) this.#summary(grouping, groups, 'footer', level, last);
  }

  #summary(
    grouping: Grouping,
    groups: Groups,
    kind: 'header' | 'footer',
    level: number,
    key: readonly string[],
  ): void {
    const { selection } = this.#request;
    const group = groups.find(key.slice(0, lengthOf(grouping, level)));
    // The group may have become empty since the tasks were read.
    if (group === undefined || !hasRow(selection, kind, level)) return;
    const cells = itemsAt(selection, kind, level).map((item): ListCell => {
      const index = grouping.groups.indexOf(item);
      if (index === -1) return this.#sum(group, item, groups);
      return { item, value: group.values[index] ?? null, name: group.names[index] ?? null, message: null };
    });
    this.#add(kind, level, cells);
  }

  #sum(group: Group | undefined, item: SelectedItem, groups?: Groups): ListCell {
    const index = this.#request.grouping?.aggregates.indexOf(item) ?? -1;
    const sum = group?.sums[index] ?? null;
    const value = item.role === 'Percent' ? this.#percent(groups, item, sum) : sum;
    return { item, value, name: null, message: null };
  }

  /** Returns a sum as a percentage of the sum of all tasks; null if that is 0 or not a number. */
  #percent(groups: Groups | undefined, item: SelectedItem, sum: ColumnValue): number | null {
    const index = this.#request.grouping?.aggregates.indexOf(item) ?? -1;
    const whole = groups === undefined ? sum : groups.whole.sums[index];
    return typeof sum === 'number' && typeof whole === 'number' && whole !== 0 ? (sum * 100) / whole : null;
  }

  #add(kind: ArchiveRow['kind'], level: number, cells: readonly ListCell[]): void {
    this.#rows.push({ kind, level, cells, task: undefined });
  }

  #addTask(task: PageRow, sumAt: (item: SelectedItem) => ColumnValue): void {
    const { selection } = this.#request;
    const computed = selection.filter((item) => !isAggregate(item) && !isPlain(item));
    const cells = detailItems(selection).map((item): ListCell => {
      if (isAggregate(item)) return { item, value: sumAt(item), name: null, message: null };
      const { column } = item.expression;
      if (!isPlain(item))
        return { item, value: task.computed[computed.indexOf(item)] ?? null, name: null, message: null };
      const value = task.values[column] ?? null;
      return { item, value, name: task.names[column] ?? null, message: task.messages[column] ?? null };
    });
    this.#rows.push({ kind: 'task', level: 0, cells, task });
  }
}

/** Returns whether an item is a plain column. */
function isPlain({ expression }: SelectedItem): boolean {
  return expression.part === undefined && expression.weight === undefined;
}

/** The groups of a list, by key. */
class Groups {
  /** All tasks. */
  readonly whole: Group;
  readonly #all: readonly Group[];
  readonly #byKey: ReadonlyMap<string, Group>;

  constructor(found: readonly Group[]) {
    this.#all = found;
    this.#byKey = new Map(found.map((group) => [JSON.stringify(group.key), group]));
    this.whole = this.find([]) ?? { key: [], count: 0, values: [], names: [], sums: [] };
  }

  find(key: readonly string[]): Group | undefined {
    return this.#byKey.get(JSON.stringify(key));
  }

  /** Returns the keys of the innermost groups, sorted by outer group first. */
  innermost(grouping: Grouping): (readonly string[])[] {
    const size = grouping.groupOrder.length;
    const keys = this.#all.filter(({ key }) => key.length === size).map(({ key }) => key);
    const { byAggregate } = grouping;
    if (byAggregate === undefined) return keys;
    const index = grouping.aggregates.indexOf(byAggregate.item);
    const lengths = grouping.levels.map((level) => lengthOf(grouping, level));
    const sumsOf = (key: readonly string[]): ColumnValue[] =>
      lengths.map((length) => this.find(key.slice(0, length))?.sums[index] ?? null);
    return keys
      .map((key, place) => ({ key, place, sums: sumsOf(key) }))
      .toSorted((a, b) => {
        for (const [at, length] of lengths.entries()) {
          const order = compareValues(a.sums[at] ?? null, b.sums[at] ?? null);
          if (order !== 0) return byAggregate.descending ? -order : order;
          const isSame = a.key.slice(0, length).every((text, part) => text === b.key[part]);
          if (!isSame) return a.place - b.place;
        }
        return a.place - b.place;
      })
      .map(({ key }) => key);
  }
}

/** Returns the number of grouping columns of a level and its outer levels. */
function lengthOf({ groups }: Grouping, level: number): number {
  return groups.filter((group) => (group.level ?? 1) <= level).length;
}

/** Returns whether two tasks are in different groups of a level. `undefined` is before the first or after the last task. */
function differ(grouping: Grouping, level: number, last: Key, key: Key): boolean {
  if (last === undefined || key === undefined) return true;
  const length = lengthOf(grouping, level);
  return last.slice(0, length).some((text, index) => text !== key[index]);
}

function compareValues(a: ColumnValue, b: ColumnValue): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
