import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../src/db/schema.ts';

/** The runs of a definition, according to the audit rows. */
export interface RunRecord {
  /** Start times of the runs, in ms, in order. */
  readonly starts: readonly number[];
  /** The tenants of those runs. */
  readonly tenants: readonly string[];
  /** The processes that ran them. */
  readonly nodes: ReadonlySet<string>;
  /** Maximum number of concurrent runs. */
  readonly most: number;
  /** Maximum number of concurrent runs of one tenant. */
  readonly mostOfTenant: number;
}

/** The beginning or end of a run, from its audit row. */
export interface RunMark {
  readonly tenant: string;
  readonly ms: number;
  readonly starts: boolean;
  readonly node: string;
}

/** Reads the record of a definition's runs. */
export async function readRunRecord(db: Kysely<Schema>, name: string): Promise<RunRecord> {
  const { rows } = await sql<RunMark>`
    select a.tenant, extract(epoch from a.at)::float8 * 1000 as ms, a.to_state = 3 as starts, a.node_id as node
    from batchline.task_audit as a join batchline.task as t on t.id = a.task_id
    where t.name = ${name} and (a.to_state = 3 or a.from_state = 3)
    order by a.at, a.to_state = 3`.execute(db);
  return recordOf(rows);
}

/** Computes the record from marks ordered by time. */
export function recordOf(rows: readonly RunMark[]): RunRecord {
  const now = new Map<string, number>();
  let all = 0;
  let most = 0;
  let mostOfTenant = 0;
  for (const { tenant, starts } of rows) {
    const step = starts ? 1 : -1;
    all += step;
    now.set(tenant, (now.get(tenant) ?? 0) + step);
    most = Math.max(most, all);
    mostOfTenant = Math.max(mostOfTenant, now.get(tenant) ?? 0);
  }
  const begun = rows.filter((row) => row.starts);
  return {
    starts: begun.map((row) => row.ms),
    tenants: begun.map((row) => row.tenant),
    nodes: new Set(begun.map((row) => row.node)),
    most,
    mostOfTenant,
  };
}

/** The shortest period, in ms, in which more than this number of runs began. */
export function shortestSpan({ starts }: RunRecord, runs: number): number {
  const spans = starts.slice(runs).map((start, index) => start - (starts[index] ?? 0));
  return Math.min(...spans);
}
