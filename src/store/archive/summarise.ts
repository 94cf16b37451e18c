import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Filter } from '../../domain/archive/filter.ts';
import type { Aggregate } from '../../domain/archive/selection.ts';
import type { Schema } from '../schema.ts';
import { COLUMN_SQL, isSet } from './column-sql.ts';
import { compileFilter } from './compile-filter.ts';
import type { Slice } from './scope.ts';

/** What is summed up. */
export interface SummaryRequest {
  /** What may be read (`slicesOf`). */
  readonly slices: readonly Slice[];
  readonly filter: Filter | undefined;
  /** The most tasks to look at. */
  readonly limit: number;
}

/** Aggregates over tasks. */
export interface Summary {
  /** How many tasks there are; where it is the limit there may be more, and the values are of no use. */
  readonly count: number;
  /** In the order of the aggregates; null for the average of nothing. */
  readonly values: readonly (number | null)[];
}

/** Counts and sums up the tasks of the archive list, as far as the limit. */
export async function summarise(
  db: Kysely<Schema>,
  { slices, filter, limit }: SummaryRequest,
  aggregates: readonly Aggregate[],
): Promise<Summary> {
  if (slices.length === 0) return { count: 0, values: aggregates.map(emptyOf) };
  const results = aggregates.map(
    (aggregate, index) => sql`${aggregateSql(aggregate)} as ${sql.ref(`a${index}`)}`,
  );
  const condition = filter === undefined ? sql`true` : compileFilter(filter);
  // Ids alone are counted in an index.
  const columns = aggregates.length === 0 ? sql`t.id` : sql`t.*`;
  const parts = slices.map(
    ({ condition: within }) => sql`(
      select ${columns} from batchline.task as t where ${within} and ${condition} limit ${limit})`,
  );
  const { rows } = await sql<Record<string, number | string | null>>`
    select ${sql.join([sql`count(*)::int as n`, ...results])}
    from (select * from (${sql.join(parts, sql` union all `)}) as parts limit ${limit}) as t`.execute(db);
  const row = rows[0] ?? {};
  return {
    count: Number(row.n),
    values: aggregates.map((_, index) => {
      const value = row[`a${index}`];
      return value === null || value === undefined ? null : Number(value);
    }),
  };
}

function aggregateSql(aggregate: Aggregate): RawBuilder<unknown> {
  switch (aggregate.function) {
    case 'Count':
      return sql`count(*) filter (where ${isSet(aggregate.column)})`;
    case 'CountAll':
      return sql`count(*)`;
    case 'Sum':
      return sql`coalesce(sum(${COLUMN_SQL[aggregate.column]}), 0)`;
    case 'Avg':
      return sql`avg(${COLUMN_SQL[aggregate.column]})::float8`;
  }
}

function emptyOf({ function: name }: Aggregate): number | null {
  return name === 'Avg' ? null : 0;
}
