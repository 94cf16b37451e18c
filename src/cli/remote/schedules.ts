import type { Carrier } from '#client';
import { OperatorError } from '../../core/errors.ts';
import { type ExitCode, escapeLine, print } from '../output.ts';
import { formatProperties, printTable, stateStyle, timeText } from '../table.ts';
import { type ConnectionOptions, connect } from './connection.ts';
import { readObject } from './parameters.ts';

type Schedule = Carrier<'Schedule'>;

const at = (id: number) => ({ path: { id } });

/** `batchline schedule list`: prints schedules, their next runs, and why a run did not start. */
export async function listSchedules(options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Schedules'));
  const next = (one: Schedule): string => (one.Paused ? 'paused' : timeText(one.NextRuns[0]));
  const last = (one: Schedule): string => (one.LastTaskStopped ? 'Stopped' : (one.LastTaskState ?? ''));
  printTable(found, { json: options.json, none: 'No schedules.' }, [
    { head: 'Id', of: (one) => one.Id, right: true },
    { head: 'Name', of: (one) => one.Name },
    { head: 'Definition', of: (one) => one.Definition },
    { head: 'Cron', of: (one) => `${one.Cron} ${one.TimeZone}` },
    { head: 'Next run', of: next, style: (one) => stateStyle(next(one)) },
    { head: 'Last task', of: last, style: (one) => stateStyle(last(one)) },
    { head: 'Problem', of: (one) => one.LastProblem, style: () => 'red' },
  ]);
  return 0;
}

/** `batchline schedule show ID`: prints a schedule. */
export async function showSchedule(
  id: number,
  options: ConnectionOptions & { readonly next?: number },
): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Schedules/{id}', { params: at(id) }));
  const query = options.next === undefined ? {} : { Count: String(options.next) };
  const NextRuns =
    options.next === undefined
      ? found.NextRuns
      : await answer(client.GET('/api/v1/Schedules/{id}/NextRuns', { params: { ...at(id), query } }));
  const shown = { ...found, NextRuns };
  print(shown, options.json, formatProperties(shown));
  return 0;
}

/** Options of `schedule create` and `edit`. */
export interface ScheduleOptions extends ConnectionOptions {
  readonly cron?: string;
  readonly definition?: string;
  readonly name?: string;
  readonly zone?: string;
  readonly parameters?: string;
  readonly overlap?: Schedule['Overlap'];
  readonly missed?: Schedule['MissedRuns'];
  readonly missedLimit?: number;
  readonly priority?: number;
}

async function settingsOf(options: ScheduleOptions): Promise<Partial<Carrier<'NewSchedule'>>> {
  const { parameters } = options;
  const settings = {
    Name: options.name,
    Definition: options.definition,
    Cron: options.cron,
    TimeZone: options.zone,
    ParameterObject: parameters === undefined ? undefined : await readObject(parameters),
    Overlap: options.overlap,
    MissedRuns: options.missed,
    MissedLimit: options.missedLimit,
    Priority: options.priority,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** `batchline schedule create DEFINITION --cron …`: creates a schedule and prints its id. */
export async function createSchedule(
  definition: string,
  options: ScheduleOptions & { readonly cron: string },
): Promise<ExitCode> {
  const body: Carrier<'NewSchedule'> = {
    ...(await settingsOf(options)),
    Name: options.name ?? definition,
    Definition: definition,
    Cron: options.cron,
  };
  const { client, answer } = await connect(options);
  const made = await answer(client.POST('/api/v1/Schedules', { body }));
  print(made, options.json, String(made.Id));
  return 0;
}

/** `batchline schedule edit ID`: changes the given settings of a schedule. */
export async function editSchedule(id: number, options: ScheduleOptions): Promise<ExitCode> {
  const body = await settingsOf(options);
  if (Object.keys(body).length === 0)
    throw new OperatorError('USAGE_INVALID', 'nothing to change; an option such as --cron is needed');
  const { client, answer } = await connect(options);
  const changed = await answer(client.PUT('/api/v1/Schedules/{id}', { params: at(id), body: body as never }));
  const next = changed.NextRuns[0];
  print(
    changed,
    options.json,
    `Changed ${escapeLine(changed.Name)}.${next === undefined ? '' : ` It runs next at ${timeText(next)}.`}`,
  );
  return 0;
}

/** `batchline schedule preview CRON`: prints the next due times of a cron expression. */
export async function previewSchedule(
  cron: string,
  options: ConnectionOptions & { readonly zone?: string; readonly next?: number },
): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const query = {
    Cron: cron,
    ...(options.zone === undefined ? {} : { TimeZone: options.zone }),
    ...(options.next === undefined ? {} : { Count: String(options.next) }),
  };
  const found = await answer(client.GET('/api/v1/Schedules/NextRuns', { params: { query } }));
  print(found, options.json, found.map(timeText).join('\n'));
  return 0;
}

/** `batchline schedule pause ID` and `resume ID`. */
export async function pauseSchedule(
  id: number,
  paused: boolean,
  options: ConnectionOptions,
): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(
    paused
      ? client.POST('/api/v1/Schedules/{id}/Pause', { params: at(id) })
      : client.POST('/api/v1/Schedules/{id}/Resume', { params: at(id) }),
  );
  print(found, options.json, `${paused ? 'Paused' : 'Resumed'} ${escapeLine(found.Name)}.`);
  return 0;
}

/** `batchline schedule run ID`: starts the task of a schedule now and prints the id of the task. */
export async function runSchedule(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const task = await answer(client.POST('/api/v1/Schedules/{id}/RunNow', { params: at(id) }));
  print({ Id: task }, options.json, String(task));
  return 0;
}

/** `batchline schedule delete ID`: deletes a schedule. */
export async function deleteSchedule(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  await answer(client.DELETE('/api/v1/Schedules/{id}', { params: at(id) }));
  print({ Deleted: id }, options.json, `Deleted schedule ${id}.`);
  return 0;
}
