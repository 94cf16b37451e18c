import type { Carrier } from '#client';
import { OperatorError } from '../../core/errors.ts';
import { type ExitCode, escapeLine, print } from '../output.ts';
import { type ConnectionOptions, connect } from './connection.ts';

/** The actions of `task bulk`, with the names of the API and the past participles of the output. */
const ACTIONS = {
  stop: ['Stop', 'stopped'],
  restart: ['Restart', 'restarted'],
  delete: ['Delete', 'deleted'],
  prioritize: ['SetPriority', 'given the priority'],
  reschedule: ['Reschedule', 'rescheduled'],
} as const;

/** An action of `task bulk`. */
type BulkActionName = keyof typeof ACTIONS;

/** Options of `task bulk`. */
export interface BulkOptions extends ConnectionOptions {
  readonly filter?: string;
  readonly search?: string;
  readonly priority?: number;
  readonly at?: string;
  /** In seconds. */
  readonly delay?: number;
  readonly fromStart?: boolean;
  readonly dryRun?: boolean;
}

/** Maximum number of tasks of one call. */
const STEP = 1000;

/**
 * `batchline task bulk ACTION`: applies an action to all tasks that match a filter or a search when it begins, oldest first.
 *
 * @returns 1 if a task was refused
 */
export async function bulkTasks(name: BulkActionName, options: BulkOptions): Promise<ExitCode> {
  const { filter = '', search = '', dryRun = false } = options;
  if (filter.trim() === '' && search.trim() === '')
    throw new OperatorError('USAGE_INVALID', '--filter or --search is needed, to say which tasks');
  const [Action, done] = ACTIONS[name];
  const { client, answer } = await connect(options);
  const change = {
    ...(options.priority === undefined ? {} : { Priority: options.priority }),
    ...(options.at === undefined ? {} : { StartAt: options.at }),
    ...(options.delay === undefined ? {} : { DelaySeconds: options.delay }),
    ...(options.fromStart === true ? { FromStart: true } : {}),
  };
  const total = { Action, DryRun: dryRun, Matched: 0, Done: 0, Refused: 0 };
  for (let lastId = 0; ; ) {
    const conditions = [...(filter.trim() === '' ? [] : [`(${filter})`]), `batchTaskId gt ${lastId}`];
    const body = { Action, Filter: conditions.join(' and '), DryRun: dryRun, Limit: STEP, ...change };
    const outcome = (await answer(
      client.POST('/api/v1/BatchTask/Bulk', {
        body: search.trim() === '' ? body : { ...body, Search: search },
      }),
    )) as Carrier<'BulkOutcome'>;
    total.Matched += outcome.Matched;
    total.Done += outcome.Done;
    total.Refused += outcome.Refused.length;
    for (const { Reason } of outcome.Refused) console.error(escapeLine(Reason, process.stderr));
    if (!outcome.More || outcome.LastId === null) break;
    lastId = outcome.LastId;
  }
  const tasks = (count: number): string => `${count} ${count === 1 ? 'task' : 'tasks'}`;
  const refused = total.Refused === 0 ? '' : `; ${tasks(total.Refused)} left unchanged`;
  print(total, options.json, `${tasks(total.Done)} ${dryRun ? 'would be ' : ''}${done}${refused}.`);
  return total.Refused === 0 ? 0 : 1;
}
