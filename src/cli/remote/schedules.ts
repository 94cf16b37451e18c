import type { Carrier } from '#client';
import { OperatorError } from '../../core/operator-error.ts';
import { lines, oneLine, print, printList } from '../output.ts';
import type { ExitCode } from '../usage.ts';
import { type ConnectionOptions, connect } from './connection.ts';

const at = (id: number) => ({ path: { id } });

/** `batchline schedule list` */
export async function listSchedules(options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Schedules'));
  printList(found, options.json, (one) => [
    one.Id,
    one.Name,
    one.Definition,
    `${one.Cron} ${one.TimeZone}`,
    one.Paused ? 'paused' : (one.NextRuns[0] ?? '-'),
  ]);
  return 0;
}

/** `batchline schedule show ID` */
export async function showSchedule(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Schedules/{id}', { params: at(id) }));
  print(found, options.json, lines(found));
  return 0;
}

/** What `schedule create` takes. */
export interface CreateScheduleOptions extends ConnectionOptions {
  readonly cron: string;
  readonly name?: string;
  readonly zone?: string;
  readonly parameters?: string;
}

/** `batchline schedule create DEFINITION --cron …` */
export async function createSchedule(definition: string, options: CreateScheduleOptions): Promise<ExitCode> {
  const body: Carrier<'NewSchedule'> = {
    Name: options.name ?? definition,
    Definition: definition,
    Cron: options.cron,
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

/** `batchline schedule pause ID` and `resume ID` */
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
  print(
    found,
    options.json,
    paused ? `${oneLine(found.Name)} is paused.` : `${oneLine(found.Name)} goes on.`,
  );
  return 0;
}

/** `batchline schedule run ID`: now. */
export async function runSchedule(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const task = await answer(client.POST('/api/v1/Schedules/{id}/RunNow', { params: at(id) }));
  print({ Id: task }, options.json, String(task));
  return 0;
}

/** `batchline schedule delete ID` */
export async function deleteSchedule(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  await answer(client.DELETE('/api/v1/Schedules/{id}', { params: at(id) }));
  print({ Deleted: id }, options.json, `Schedule ${id} was deleted.`);
  return 0;
}
