import { invalid } from '../errors.ts';
import { COLUMN_NAMES, COLUMNS, type ColumnName, DEFAULT_COLUMNS, findColumn } from './columns.ts';

const AGGREGATES = ['Count', 'CountAll', 'Sum', 'Avg'] as const;
const MODIFIERS = ['Header', 'Footer', 'HideDetail'] as const;

/** How a column is summed up: rows where it is set, all rows, and sum and average of numbers. */
export type AggregateFunction = (typeof AGGREGATES)[number];

/** A column that is summed up over all tasks of the list. */
export interface Aggregate {
  readonly function: AggregateFunction;
  readonly column: ColumnName;
  /** What it is called in the answer, as it was asked for: `Count(name):Footer`. */
  readonly label: string;
  /** Whether it stands before the tasks, behind them, or both. */
  readonly header: boolean;
  readonly footer: boolean;
}

/** What `$select` asks for. */
export interface Selection {
  readonly columns: readonly ColumnName[];
  readonly aggregates: readonly Aggregate[];
  /** Only the aggregates, no tasks. */
  readonly hideDetail: boolean;
}

/** The most columns and aggregates in one `$select`. */
const MAX_SELECTED = 100;

/**
 * Reads `$select` (contract, section 6): columns, and aggregates such as `Count(name):Footer`. An aggregate
 * without Header is a footer.
 *
 * @throws Refusal (invalid) where a column, function or modifier does not exist, or a text is to be added up
 */
export function parseSelection(text: string): Selection {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return { columns: DEFAULT_COLUMNS, aggregates: [], hideDetail: false };
  if (parts.length > MAX_SELECTED) {
    throw invalid`$select has ${parts.length} columns; at most ${MAX_SELECTED} are accepted.`;
  }
  const columns = new Set<ColumnName>();
  const aggregates: Aggregate[] = [];
  let hideDetail = false;
  for (const part of parts) {
    const match = /^(\w+)\s*\(\s*(\w+)\s*\)((?:\s*:\s*\w+)*)$/.exec(part);
    if (match === null) {
      columns.add(columnOf(part, part));
      continue;
    }
    const [, name = '', column = '', modifierText = ''] = match;
    const modifiers = modifierText
      .split(':')
      .slice(1)
      .map((modifier) => named(MODIFIERS, modifier.trim(), part));
    const aggregate = {
      function: named(AGGREGATES, name, part),
      column: columnOf(column, part),
      label: part,
      header: modifiers.includes('Header'),
      footer: modifiers.includes('Footer') || !modifiers.includes('Header'),
    };
    if (['Sum', 'Avg'].includes(aggregate.function) && COLUMNS[aggregate.column] !== 'int') {
      throw invalid`$select has "${part.slice(0, 60)}", but ${aggregate.column} is no number; Count and CountAll are accepted.`;
    }
    aggregates.push(aggregate);
    hideDetail ||= modifiers.includes('HideDetail');
  }
  return { columns: [...columns], aggregates, hideDetail };
}

function columnOf(name: string, part: string): ColumnName {
  const column = findColumn(name);
  if (column === undefined) {
    throw invalid`$select has "${part.slice(0, 60)}"; the columns ${COLUMN_NAMES.join(', ')} are accepted, and aggregates such as Count(name):Footer.`;
  }
  return column;
}

function named<Name extends string>(names: readonly Name[], text: string, part: string): Name {
  const name = names.find((one) => one.toLowerCase() === text.toLowerCase());
  if (name === undefined) {
    throw invalid`$select has "${part.slice(0, 60)}"; the functions ${AGGREGATES.join(', ')} and the modifiers ${MODIFIERS.join(', ')} are accepted.`;
  }
  return name;
}
