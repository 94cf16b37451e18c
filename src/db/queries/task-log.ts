import { type Kysely, sql } from 'kysely';
import type { LogLevel } from '../../core/task.ts';
import { TaskState } from '../../core/task-state.ts';
import { type BoundedRow, boundedRows, type Rows, withinBytes } from '../list-reads.ts';
import type { Schema } from '../schema.ts';
import { PREPARED } from '../sql.ts';

/** Maximum number of lines in the log of a task; the oldest are deleted. */
export const MAX_LOG_LINES = 1000;

/** A log line of a run. */
export interface RunLogLine {
  readonly taskId: number;
  /** The run's fencing token. */
  readonly attempt: number;
  readonly level: LogLevel;
  readonly message: string;
  /** If true, the line is accepted after the end of the run, until the next one starts. */
  readonly afterEnd?: boolean;
}

/** A stored log line. */
export interface LogEntry extends Omit<RunLogLine, 'taskId' | 'afterEnd'> {
  readonly id: number;
  readonly at: Date;
}

/** Appends lines to the logs of tasks, in order. Discards lines of runs that have lost their lease. */
export async function appendLog(db: Kysely<Schema>, lines: readonly RunLogLine[]): Promise<void> {
  const rows = lines.map((line, place) => ({
    place,
    id: line.taskId,
    attempt: line.attempt,
    level: line.level,
    message: line.message,
    after_end: line.afterEnd ?? false,
  }));
  await sql`
    with line as materialized (
      select d.* from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (
        place int, id int, attempt int, level text, message text, after_end boolean
      )
      join batchline.task as t on t.id = d.id and t.attempt = d.attempt
        and (t.state = ${TaskState.Started} or d.after_end)
    )
    insert into batchline.task_log (task_id, attempt, level, message)
    select l.id, l.attempt, l.level, l.message from line as l order by l.place ${PREPARED}`.execute(db);
  const ids = JSON.stringify([...new Set(lines.map((line) => line.taskId))]);
  await sql`
    delete from batchline.task_log as l
    using json_array_elements_text(${ids}::text::json) as d
      cross join lateral (
        select o.id from batchline.task_log as o where o.task_id = d.value::int
        order by o.id desc offset ${MAX_LOG_LINES} limit 1
      ) as cut
    where l.task_id = d.value::int and l.id <= cut.id ${PREPARED}`.execute(db);
}

/**
 * Reads the log of a task after a line, oldest first. Returns fewer lines than `limit` if they are long.
 *
 * @param attempt limits the lines to one attempt; null for all
 */
export async function readLog(
  db: Kysely<Schema>,
  taskId: number,
  afterId: number,
  limit: number,
  attempt: number | null = null,
): Promise<Rows<LogEntry>> {
  const query = sql`(
    select l.* from batchline.task_log as l
    where l.task_id = ${taskId} and l.id > ${afterId}
      and (${attempt}::int is null or l.attempt = ${attempt}::int)
    order by l.id limit ${limit + 1})`;
  const bounded = withinBytes({ query, bytes: sql`octet_length(r.message) + 100`, order: sql`r.id`, limit });
  const { rows } = await sql<LogRow & BoundedRow>`
    select l.id, l.at, l.attempt, l.level, l.message, l.list_found from ${bounded} as l order by l.id`.execute(
    db,
  );
  return boundedRows(rows, ({ id, at, attempt, level, message }) => ({
    id: Number(id),
    at,
    attempt,
    level,
    message,
  }));
}

interface LogRow extends Omit<LogEntry, 'id'> {
  readonly id: string | number;
}
