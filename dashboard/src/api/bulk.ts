import type { Carrier } from '@batchline/client';
import { api, get } from './call.ts';
import type { ListOptions } from './tasks.ts';

export type BulkAction = Carrier<'BulkOutcome'>['Action'];

/** The new priority or due time of tasks. */
export type Plan =
  | { readonly Priority: number }
  | { readonly StartAt: string }
  | { readonly DelaySeconds: number };

/** Tasks chosen in the list: some ids, or all that match its filter except some ids. */
export interface Selection {
  readonly isAll: boolean;
  readonly ids: ReadonlySet<number>;
}

/** The progress of a bulk action. The next step continues after it. */
export interface BulkProgress {
  readonly matched: number;
  readonly done: number;
  readonly refused: Carrier<'BulkOutcome'>['Refused'];
  /** The id of the last processed task; 0 at first. */
  readonly lastId: number;
  readonly isComplete: boolean;
}

export const NOTHING_YET: BulkProgress = { matched: 0, done: 0, refused: [], lastId: 0, isComplete: false };

/** Maximum number of tasks of one call, small enough to show progress. */
const STEP = { dryRun: 1000, change: 100 };

/** Maximum number of ids in a filter; the server accepts 5,000. */
const MAX_IDS = 500;

/** Returns the filter of the next step for a selection. @param $filter the filter of the list; empty for all tasks */
export function filterOf({ isAll, ids }: Selection, $filter: string, lastId: number): string {
  const rest = [...ids].filter((id) => id > lastId).sort((a, b) => a - b);
  if (!isAll) return `batchTaskId oneOf (${rest.slice(0, MAX_IDS).join(', ')})`;
  const conditions = [`batchTaskId gt ${lastId}`];
  if ($filter !== '') conditions.unshift($filter);
  if (rest.length > 0) conditions.push(`batchTaskId notOneOf (${rest.join(', ')})`);
  return conditions.join(' and ');
}

/**
 * Runs an action on the selected tasks in steps, oldest first.
 *
 * @param upTo the last id to change, so that tasks started after the dry run are left alone
 * @param onProgress called after each step
 * @param signal ends the action after the current step
 * @throws Refused, Unreachable; a later call can continue from the last progress
 */
export async function runBulk(
  call: {
    readonly action: BulkAction;
    readonly selection: Selection;
    readonly options: ListOptions;
    readonly isDryRun: boolean;
    readonly upTo?: number;
    readonly plan?: Plan | undefined;
  },
  from: BulkProgress,
  onProgress: (progress: BulkProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const { action, selection, options, isDryRun, upTo, plan } = call;
  const { $filter = '', $search = '' } = options;
  const { ids, isAll } = selection;
  const last = isAll ? Number.POSITIVE_INFINITY : Math.max(...ids);
  for (let progress = from; !progress.isComplete && !signal.aborted; ) {
    const filter = filterOf(selection, $filter, progress.lastId);
    const body = {
      Action: action,
      Filter: upTo === undefined ? filter : `${filter} and batchTaskId le ${upTo}`,
      ...(selection.isAll && $search !== '' ? { Search: $search } : {}),
      ...plan,
      DryRun: isDryRun,
      Limit: isDryRun ? STEP.dryRun : STEP.change,
    };
    const outcome = (await get(api.POST('/api/v1/BatchTask/Bulk', { body }))) as Carrier<'BulkOutcome'>;
    // A step that did not use up its limit has reached the last id of its filter.
    const reached = outcome.More ? (outcome.LastId ?? 0) : lastIdOf(selection, progress.lastId);
    progress = {
      matched: progress.matched + outcome.Matched,
      done: progress.done + outcome.Done,
      refused: [...progress.refused, ...outcome.Refused],
      lastId: Math.max(reached, outcome.LastId ?? 0),
      isComplete: !outcome.More && (isAll || reached >= last),
    };
    onProgress(progress);
  }
}

/** The last id that the filter of a step names. */
function lastIdOf({ isAll, ids }: Selection, lastId: number): number {
  if (isAll) return lastId;
  const rest = [...ids].filter((id) => id > lastId).sort((a, b) => a - b);
  return rest[Math.min(rest.length, MAX_IDS) - 1] ?? lastId;
}
