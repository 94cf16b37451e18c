import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../src/db/schema.ts';

/** What the audit rows say of the runs of a definition. */
export interface RunRecord {
  /** When runs have begun, in ms, in their order. */
  readonly starts: readonly number[];
  /** The tenants of those runs. */
  readonly tenants: readonly string[];
  /** The processes that ran them. */
  readonly nodes: ReadonlySet<string>;
  /** The most runs at once. */
  readonly most: number;
  /** The most runs of one tenant at once. */
  readonly mostOfTenant: number;
}

/** That a run has begun or ended, as its audit row tells it. */
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

/** The record that marks in the order of their times make. */
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

/** The shortest time, in ms, in which so many runs and one more have begun. */
export function shortestSpan({ starts }: RunRecord, runs: number): number {
  const spans = starts.slice(runs).map((start, index) => start - (starts[index] ?? 0));
  return Math.min(...spans);
}
