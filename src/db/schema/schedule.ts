import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { RunAs } from '../../core/run-as.ts';
import type { MissedRuns } from '../../core/schedule.ts';
import type { MessageColumn } from './task.ts';

/** Table `batchline.schedule`: schedules. A due time is handled under a lock of the row. */
export interface ScheduleTable {
  id: GeneratedAlways<number>;
  tenant: string;
  name: string;
  owner_id: number;
  definition: string;
  /** ParameterObject, as JSON. */
  parameters: string | null;
  cron: string;
  time_zone: string;
  missed_runs: MissedRuns;
  missed_limit: number;
  priority: number;
  paused: boolean;
  /** Next due time; null if there is none. */
  next_run: Date | null;
  /** Last due time for which a task was started. */
  last_run: Date | null;
  last_task_id: number | null;
  /** Reason that no task was started at the last due time. */
  problem: MessageColumn;
  /** Rights of the sign-in that created it; null in schedules of earlier releases. */
  run_as: ColumnType<RunAs | null, string | null | undefined, string | null>;
  /** Incremented by each change of a caller. */
  version: Generated<number>;
  created: Generated<Date>;
  updated: Generated<Date>;
  updated_by: number;
}

/** Table `batchline.schedule_watch`: one row, which distinguishes missed due times from late ones. */
export interface ScheduleWatchTable {
  id: number;
  last_look: Date;
  /** The last period in which no server checked the schedules; null if there was none. */
  down_from: Date | null;
  up_since: Date | null;
}
