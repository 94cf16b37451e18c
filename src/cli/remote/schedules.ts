import type { Carrier } from '#client';
import { OperatorError } from '../../core/errors.ts';
import type { Overlap } from '../../core/overlap.ts';
import { type ExitCode, escapeLine, formatProperties, print, printList } from '../output.ts';
import { type ConnectionOptions, connect } from './connection.ts';

const at = (id: number) => ({ path: { id } });

/** `batchline schedule list`: prints schedules and their next runs. */
export async function listSchedules(options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Schedules'));
  printList(found, options.json, (one) => [
    one.Id,
    one.Name,
    one.Definition,
    `${one.Cron} ${one.TimeZone}`,
    one.Paused ? 'paused' : (one.NextRuns[0] ?? '-'),
    one.LastTaskStopped ? 'Stopped' : (one.LastTaskState ?? '-'),
  ]);
  return 0;
}

/** `batchline schedule show ID`: prints a schedule. */
export async function showSchedule(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Schedules/{id}', { params: at(id) }));
  print(found, options.json, formatProperties(found));
  return 0;
}

/** Options of `schedule create`. */
export interface CreateScheduleOptions extends ConnectionOptions {
  readonly cron: string;
  readonly name?: string;
  readonly zone?: string;
  readonly parameters?: string;
  readonly overlap?: Overlap;
}

/** `batchline schedule create DEFINITION --cron …`: creates a schedule and prints its id. */
export async function createSchedule(definition: string, options: CreateScheduleOptions): Promise<ExitCode> {
  const body: Carrier<'NewSchedule'> = {
    Name: options.name ?? definition,
    Definition: definition,
    Cron: options.cron,
    ...(options.overlap === undefined ? {} : { Overlap: options.overlap }),
    ...(options.zone === undefined ? {} : { TimeZone: options.zone }),
    ...(options.parameters === undefined ? {} : { ParameterObject: readObject(options.parameters) }),
  };
  const { client, answer } = await connect(options);
  const made = await answer(client.POST('/api/v1/Schedules', { body }));
  print(made, options.json, String(made.Id));
  return 0;
}

function readObject(json: string): Record<string, unknown> {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new OperatorError('USAGE_INVALID', `--parameters is not JSON: ${(error as Error).message}`);
  }
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
