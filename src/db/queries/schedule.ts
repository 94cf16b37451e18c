import { type Selectable, sql } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import type { RunAs } from '../../core/run-as.ts';
import type { MissedPolicy } from '../../core/schedule.ts';
import type { Parameters } from '../../core/task.ts';
import type { ScheduleTable } from '../schema.ts';

/** What a schedule starts, and when, as its owner has set it. */
export interface ScheduleSettings extends MissedPolicy {
  readonly name: string;
  /** The definition's name. */
  readonly definition: string;
  readonly parameters: Parameters | null;
  readonly cron: string;
  /** Code or IANA name. */
  readonly timeZone: string;
  /** Of the tasks. */
  readonly priority: number;
  readonly paused: boolean;
}

/** Something that starts tasks by the clock. */
export interface Schedule extends ScheduleSettings {
  readonly id: number;
  readonly tenant: string;
  /** The associate that its tasks belong to; 0 for system tasks. */
  readonly ownerId: number;
  /** The due time that comes next; null where none ever does. */
  readonly nextRun: Date | null;
  /** The due time that a task was last started for. */
  readonly lastRun: Date | null;
  readonly lastTaskId: number | null;
  /** Why nothing could be started at the last due time. */
  readonly problem: MessageData | null;
  /** The rights of its tasks; null for the owner's. */
  readonly runAs: RunAs | null;
  /** One more with each change by a caller. */
  readonly version: number;
  readonly created: Date;
}

/** A row of the table. */
export type ScheduleRow = Selectable<ScheduleTable>;

/** What to select, or return, from `batchline.schedule as s` for `toSchedule`. */
export const SCHEDULE_COLUMNS = sql<ScheduleRow>`s.*`;

/** The schedule that a row holds. */
export function toSchedule(row: ScheduleRow): Schedule {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    ownerId: row.owner_id,
    definition: row.definition,
    parameters: row.parameters === null ? null : (JSON.parse(row.parameters) as Parameters),
    cron: row.cron,
    timeZone: row.time_zone,
    missedRuns: row.missed_runs,
    missedLimit: row.missed_limit,
    priority: row.priority,
    paused: row.paused,
    nextRun: row.next_run,
    lastRun: row.last_run,
    lastTaskId: row.last_task_id,
    problem: row.problem,
    runAs: row.run_as,
    version: row.version,
    created: row.created,
  };
}
