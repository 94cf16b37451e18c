import { type Kysely, sql } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** Tasks of one definition that have failed for the same reason. */
export interface FailureGroup {
  readonly name: string;
  readonly tasks: number;
  /** The one that failed last, when that was, and its Result. */
  readonly lastId: number;
  readonly lastAt: Date;
  readonly result: string;
  readonly resultMessage: MessageData | null;
}

/**
 * The tasks that have failed since then and are so still, by what their Results have in common: the template, or
 * the text without its numbers. The largest groups first.
 *
 * @param tenant whose tasks; `null` for all
 */
export async function groupFailures(
  db: Kysely<Schema>,
  tenant: string | null,
  since: Date,
  limit: number,
): Promise<FailureGroup[]> {
  const { rows } = await sql<FailureGroup>`
    select
      t.name,
      count(distinct t.id)::int as tasks,
      (array_agg(t.id order by a.id desc))[1] as "lastId",
      max(a.at) as "lastAt",
      (array_agg(t.result order by a.id desc))[1] as result,
      (array_agg(t.result_message order by a.id desc))[1] as "resultMessage"
    from batchline.task_audit as a join batchline.task as t on t.id = a.task_id
    where a.at >= ${since} and a.to_state = ${TaskState.Failed} and t.state = ${TaskState.Failed}
      and (${tenant}::text is null or a.tenant = ${tenant})
    group by t.name, coalesce(t.result_message ->> 'template', regexp_replace(left(t.result, 200), '\\d+', '#', 'g'))
    order by 2 desc, 1 limit ${limit}`.execute(db);
  return rows;
}
