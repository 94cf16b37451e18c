import type { TextLimits } from '../../core/limits.ts';
import type { Database } from '../../db/database.ts';
import type { Definitions } from '../definitions.ts';
import type { TaskQueue } from '../task-queue.ts';

/** What starting children and waiting for them work with. */
export interface FamilyDeps {
  readonly database: Database;
  readonly queue: TaskQueue;
  readonly definitions: Definitions;
  readonly textLimits: TextLimits;
}
