import type { Carrier } from '#client';
import { listedStateOf } from '../../core/odata/listed-state.ts';
import type { StoredState } from '../../core/task-state.ts';
import { type ExitCode, print } from '../output.ts';
import { durationText, formatProperties, printTable, stateStyle, timeText } from '../table.ts';
import { type Connection, type ConnectionOptions, connect } from './connection.ts';

type Task = Carrier<'BatchTaskInfo'>;
type Attempt = Carrier<'Attempt'>;
type Waiting = Carrier<'Waiting'>;
type AttemptError = Carrier<'AttemptError'>;

const at = (id: number) => ({ path: { id } });

/** Returns a task by its id. */
export async function readTask({ client, answer }: Connection, id: number): Promise<Task> {
  return (await answer(client.GET('/api/v1/BatchTask/{id}', { params: at(id) }))) as Task;
}

/** `batchline task show ID`: prints a task with its owner, when it is due, why it waits, and its attempts. */
export async function showTask(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const connection = await connect(options);
  const task = await readTask(connection, id);
  const [waiting, attempts, owner] = await Promise.all([
    readWaiting(connection, id),
    readAttempts(connection, id),
    readOwner(connection, id),
  ]);
  const { DueAt, WaitsFor } = waiting ?? {};
  const text = taskText(task, { owner, DueAt, WaitsFor: waiting && waitText(waiting) });
  print(
    { ...task, DueAt, WaitsFor, Attempts: attempts },
    options.json,
    [text, ...attempts.map(attemptText)].join('\n\n'),
  );
  return 0;
}

/** The properties that say something about a task, in words. */
function taskText(
  task: Task,
  more: { owner?: string | undefined; DueAt?: unknown; WaitsFor?: string | undefined },
): string {
  const { TableRight: _, FieldProperties: __, DetailsTable, DetailsRecord, ...shown } = task;
  const { Id, Name, Description, State, ProgressPercent, ProgressDescription, ...rest } = shown;
  return formatProperties({
    Id,
    Name,
    Description,
    State,
    Progress: `${ProgressPercent} % ${ProgressDescription}`,
    DueAt: more.DueAt,
    WaitsFor: more.WaitsFor,
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== false && value !== 0)),
    ...(more.owner === undefined ? {} : { AssociateId: `${task.AssociateId} (${more.owner})` }),
    // A task is its own details, unless the caller set others.
    ...(DetailsRecord === Id ? {} : { DetailsTable, DetailsRecord }),
  });
}

/** The name of the owner of a task; `undefined` if the task has just been deleted. */
async function readOwner({ client, answer }: Connection, id: number): Promise<string | undefined> {
  const query = { $select: 'registeredBy', $filter: `batchTaskId eq ${id}` };
  const { value } = await answer(client.GET('/api/v1/BatchTask', { params: { query } }));
  return value[0]?.registeredBy === undefined ? undefined : String(value[0].registeredBy);
}

/** When a task is due and why it does not run; `undefined` from a server that does not say. */
export async function readWaiting({ client, answer }: Connection, id: number): Promise<Waiting | undefined> {
  const call = client.GET('/api/v1/BatchTask/{id}/Waiting', { params: at(id) });
  return (await call).response.status === 404 ? undefined : answer(call);
}

/** The reasons why a task waits, in sentences; empty for one that is running or has ended. */
function waitText({ WaitsFor }: Waiting): string {
  return WaitsFor.filter(({ Reason }) => Reason !== 'Running' && Reason !== 'Ended')
    .map(({ Text }) => Text)
    .join(' ');
}

/** All attempts of a task, page by page; none from a server that keeps none. */
async function readAttempts({ client, answer }: Connection, id: number): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (;;) {
    const query = { After: String(attempts.at(-1)?.Number ?? 0) };
    const call = client.GET('/api/v1/BatchTask/{id}/Attempts', { params: { ...at(id), query } });
    const { response } = await call;
    if (response.status === 404) return attempts;
    attempts.push(...(await answer(call)));
    if (!response.headers.has('Batchline-List-Cut')) return attempts;
  }
}

function attemptText(attempt: Attempt): string {
  const { Number: number, Outcome, Worker, Started, DurationSeconds, NextDelaySeconds, Reason } = attempt;
  return formatProperties({
    Attempt: `${number}, ${Outcome ?? 'in progress'}`,
    Worker,
    Started,
    Duration: durationText(DurationSeconds),
    Reason,
    Next: NextDelaySeconds === null ? null : `in ${durationText(NextDelaySeconds)}`,
    Error: attempt.Error && errorText(attempt.Error),
    Record: attempt.Recorded ? null : 'none: an earlier release ended it; from the history',
  });
}

/** The class and the message of an error, and those of its causes. */
function errorText({ Class, Message, Cause, Errors = [] }: AttemptError): string {
  const own = Class ? `${Class}: ${Message}` : Message;
  const causes = [...(Cause ? [Cause] : []), ...Errors].map((one) => errorText(one as AttemptError));
  return [own, ...causes].join('; caused by ');
}

/** `batchline task history ID`: prints the changes of state, oldest first. */
export async function showHistory(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/BatchTask/{id}/Audit', { params: at(id) }));
  const stateOf = (one: Carrier<'AuditEntry'>): string => listedStateOf(one.To as StoredState, one.Stopped);
  printTable(found, { json: options.json, none: 'No changes.' }, [
    { head: 'At', of: (one) => timeText(one.At) },
    { head: 'State', of: stateOf, style: (one) => stateStyle(stateOf(one)) },
    { head: 'Attempt', of: (one) => one.Attempt || '', right: true },
    { head: 'Associate', of: (one) => one.ActorId || 'server' },
    { head: 'Reason', of: (one) => one.Reason },
  ]);
  return 0;
}

/** Options of `task children`. */
export interface ListChildrenOptions extends ConnectionOptions {
  readonly state?: readonly StoredState[];
}

/** `batchline task children ID`: prints the tasks that a task started, page by page. */
export async function listChildren(id: number, options: ListChildrenOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found: Carrier<'Children'>['Children'] = [];
  for (const State of options.state ?? [undefined]) {
    for (let after = 0; ; ) {
      const query = { After: String(after), Limit: '500', ...(State === undefined ? {} : { State }) };
      const call = client.GET('/api/v1/BatchTask/{id}/Children', { params: { ...at(id), query } });
      const { Children } = await answer(call);
      found.push(...Children);
      after = Children.at(-1)?.Task.Id ?? after;
      if (Children.length < 500 && !(await call).response.headers.has('Batchline-List-Cut')) break;
    }
  }
  const stateOf = ({ Task, Stopped }: (typeof found)[number]): string =>
    listedStateOf(Task.State as StoredState, Stopped);
  printTable(found, { json: options.json, none: 'No children.' }, [
    { head: 'Id', of: ({ Task }) => Task.Id, right: true },
    { head: 'Key', of: (one) => one.Key },
    { head: 'Definition', of: ({ Task }) => Task.Name },
    { head: 'State', of: stateOf, style: (one) => stateStyle(stateOf(one)) },
    { head: 'Progress', of: ({ Task }) => `${Task.ProgressPercent} %`, right: true },
    {
      head: 'Details',
      of: ({ Task }) => (Task.State === 'Failed' ? Task.Result.split('\n', 1)[0] : Task.ProgressDescription),
    },
  ]);
  return 0;
}

/** `batchline task parent ID`: prints the task that started a task. */
export async function showParent(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const parent = await answer(client.GET('/api/v1/BatchTask/{id}/Parent', { params: at(id) }));
  print(parent, options.json, taskText(parent, {}));
  return 0;
}
