import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { invalid } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import { OVERLAPS } from '../../core/overlap.ts';
import { MAX_MISSED_RUNS, MISSED_RUNS } from '../../core/schedule.ts';
import { PRIORITY } from '../../core/task.ts';
import { STORED_STATES } from '../../core/task-state.ts';
import type { LastTaskState, Schedule, ScheduleSettings } from '../../db/queries/schedule.ts';
import type { TaskDeps } from '../../services/access.ts';
import type { Scheduler } from '../../services/scheduler.ts';
import {
  changeSchedule,
  createSchedule,
  MAX_NEXT_RUNS,
  nextRunsOf,
  previewRuns,
  readLastTasks,
  readSchedule,
  readSchedules,
  removeSchedule,
  runNow,
} from '../../services/schedules.ts';
import { callerOf } from '../auth/hooks.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { AnyObject, DateTime, Int32, nullable, type Operation } from '../openapi/operation.ts';
import { queryInteger, queryValue } from '../query.ts';
import { markTruncated } from '../respond.ts';
import { readTaskId } from './batch-task-params.ts';

const tag = 'Schedules';

const ScheduleSchema = Type.Object(
  {
    Id: Int32,
    Name: Type.String(),
    Definition: Type.String({ description: 'The name of the definition' }),
    ParameterObject: nullable(AnyObject),
    Cron: Type.String({ description: 'The cron expression', examples: ['0 2 * * *'] }),
    TimeZone: Type.String({ description: 'The time zone of the cron expression: a code or an IANA name' }),
    MissedRuns: Type.Enum([...MISSED_RUNS], {
      description: 'How runs that were due while no server was running are handled',
    }),
    MissedLimit: Type.Integer({ description: 'Maximum number of missed runs that are started' }),
    Overlap: Type.Enum([...OVERLAPS], {
      description:
        'What a due time does while an earlier task of the schedule has not ended: Allow starts its task, Skip starts none, Queue starts it afterwards',
    }),
    Priority: Type.Integer({ description: 'The priority of the tasks; higher ones run first' }),
    Paused: Type.Boolean(),
    AssociateId: Type.Integer({ description: 'The owner of the tasks' }),
    IsSystemTask: Type.Boolean(),
    DatabaseSerialNumber: Type.String({ description: 'The tenant' }),
    NextRuns: Type.Array(DateTime, { description: 'The next due times; empty while it is paused' }),
    LastRun: DateTime,
    LastTaskId: nullable(
      Type.Integer({ description: 'The task that the last run started', format: 'int32' }),
    ),
    LastTaskState: nullable(
      Type.Enum([...STORED_STATES], { description: 'The state of that task; null if it was deleted' }),
    ),
    LastTaskStopped: Type.Boolean({ description: 'true if that task was stopped, which is not a failure' }),
    QueuedRuns: Type.Array(DateTime, {
      description: 'The due times that wait for the end of an earlier task',
    }),
    LastSkipped: nullable(Type.Unsafe<string>(DateTime)),
    LastSkippedFor: nullable(
      Type.Integer({ description: 'The task that had not ended at that due time', format: 'int32' }),
    ),
    LastProblem: Type.String({ description: 'Why the last run did not start; empty if it started' }),
    Created: DateTime,
  },
  { title: 'Schedule', description: 'A cron schedule that starts tasks' },
);

const listSchedulesOperation: Operation = {
  id: 'listSchedules',
  access: ACCESS.read,
  tag,
  summary: 'Lists the schedules that the caller can see.',
  responses: { 200: Type.Array(ScheduleSchema) },
};

const createScheduleOperation: Operation = {
  id: 'createSchedule',
  access: ACCESS.write,
  tag,
  summary: 'Creates a schedule.',
  responses: { 201: ScheduleSchema },
  refusals: [409],
  examples: {
    request: {
      nightly: { Name: 'nightly', Definition: 'table-export', Cron: '0 2 * * *', TimeZone: 'Europe/Oslo' },
    },
  },
};

const getScheduleOperation: Operation = {
  id: 'getSchedule',
  access: ACCESS.read,
  tag,
  summary: 'Returns one schedule, with its next due times.',
  responses: { 200: ScheduleSchema },
};

const listNextRunsOperation: Operation = {
  id: 'listNextRuns',
  access: ACCESS.read,
  tag,
  summary: 'Lists the next due times of a schedule; none while it is paused.',
  responses: { 200: Type.Array(DateTime) },
};

const previewNextRunsOperation: Operation = {
  id: 'previewNextRuns',
  access: ACCESS.readCommon,
  tag,
  summary: 'Lists the next due times of a cron expression, to preview a schedule.',
  responses: { 200: Type.Array(DateTime) },
};

const changeScheduleOperation: Operation = {
  id: 'changeSchedule',
  access: ACCESS.write,
  tag,
  summary: 'Changes the given properties of a schedule.',
  responses: { 200: ScheduleSchema },
  refusals: [409],
  examples: { request: { later: { Cron: '0 4 * * *' } } },
};

const pauseScheduleOperation: Operation = {
  id: 'pauseSchedule',
  access: ACCESS.write,
  tag,
  summary: 'Pauses a schedule.',
  responses: { 200: ScheduleSchema },
};

const resumeScheduleOperation: Operation = {
  id: 'resumeSchedule',
  access: ACCESS.write,
  tag,
  summary: 'Resumes a schedule.',
  responses: { 200: ScheduleSchema },
};

const runScheduleNowOperation: Operation = {
  id: 'runScheduleNow',
  access: ACCESS.write,
  tag,
  summary: 'Starts the task of a schedule now and returns its id.',
  responses: { 200: Int32 },
};

const deleteScheduleOperation: Operation = {
  id: 'deleteSchedule',
  access: ACCESS.write,
  tag,
  summary: 'Deletes a schedule; tasks that it started are kept.',
  responses: { 204: null },
};

/** Default number of next due times. */
const DEFAULT_NEXT_RUNS = 5;

const settings = {
  Name: Type.String({ minLength: 1, maxLength: 100 }),
  Definition: Type.String({ minLength: 1, maxLength: 100 }),
  ParameterObject: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()]),
  Cron: Type.String({ minLength: 1, maxLength: 200 }),
  TimeZone: Type.String({ minLength: 1, maxLength: 61 }),
  MissedRuns: Type.Enum([...MISSED_RUNS]),
  MissedLimit: Type.Integer({ minimum: 1, maximum: MAX_MISSED_RUNS }),
  Overlap: Type.Enum([...OVERLAPS]),
  Priority: Type.Integer({ minimum: PRIORITY.min, maximum: PRIORITY.max }),
  Paused: Type.Boolean(),
};
const { Name, Definition, Cron, ...optional } = settings;

const NewSchedule = Type.Object(
  {
    Name,
    Definition,
    Cron,
    ...Type.Partial(Type.Object(optional)).properties,
    AssociateId: Type.Optional(Type.Integer({ minimum: 0, maximum: INT32_MAX })),
    IsSystemTask: Type.Optional(Type.Boolean()),
    DatabaseSerialNumber: Type.Optional(Type.String({ maxLength: 39 })),
  },
  { title: 'NewSchedule', additionalProperties: false },
);

const ScheduleChange = Type.Partial(Type.Object(settings), { additionalProperties: false });

// The schemas only document the query: its names are case-insensitive, so `queryValue` reads them.
const Count = Type.Optional(
  Type.String({ description: `The number of times, 1 to ${MAX_NEXT_RUNS}; ${DEFAULT_NEXT_RUNS} by default` }),
);
const NextRunsQuery = Type.Object({ Count });
const PreviewQuery = Type.Object({
  Cron: Type.Optional(Type.String({ description: 'Required' })),
  TimeZone: Type.Optional(
    Type.String({ description: "A code, an id or an IANA name; the caller's time zone by default" }),
  ),
  Count,
});

type ById = { Params: { id: string } };

const CONFIG = { payload: 'Schedule' };

/** `/api/v1/Schedules`: cron schedules that start tasks (contract, section 8). */
export async function scheduleRoutes(
  app: FastifyInstance,
  { tasks, scheduler }: { tasks: TaskDeps; scheduler: Scheduler },
): Promise<void> {
  /** Serializes a schedule with the state of its last task. */
  const write = async (schedule: Schedule, locale: Locale): Promise<object> => {
    const last = await readLastTasks(tasks, [schedule]);
    return toWire(schedule, last.get(schedule.lastTaskId ?? 0), locale);
  };

  app.get('/', { config: { ...CONFIG, operation: listSchedulesOperation } }, async (request, reply) => {
    const locale = localeOf(request);
    const schedules = await readSchedules(tasks, callerOf(request));
    markTruncated(reply, schedules);
    const last = await readLastTasks(tasks, schedules.rows);
    return schedules.rows.map((one) => toWire(one, last.get(one.lastTaskId ?? 0), locale));
  });

  app.post<{ Body: Static<typeof NewSchedule> }>(
    '/',
    { config: { ...CONFIG, operation: createScheduleOperation }, schema: { body: NewSchedule } },
    async (request, reply) => {
      const { AssociateId, IsSystemTask, DatabaseSerialNumber, ...rest } = request.body;
      const locale = localeOf(request);
      const wanted = {
        associateId: AssociateId,
        isSystemTask: IsSystemTask,
        databaseSerialNumber: DatabaseSerialNumber,
      };
      const given: ScheduleSettings = {
        parameters: null,
        timeZone: locale.timeZone.code,
        missedRuns: 'Skip',
        missedLimit: 1,
        overlap: 'Allow',
        priority: 0,
        paused: false,
        name: rest.Name,
        definition: rest.Definition,
        cron: rest.Cron,
        ...readSettings(rest),
      };
      const schedule = await createSchedule(tasks, callerOf(request), wanted, given, new Date());
      scheduler.wake();
      return reply.code(201).send(await write(schedule, locale));
    },
  );

  app.get<ById>('/:id', { config: { ...CONFIG, operation: getScheduleOperation } }, async (request) =>
    write(await readSchedule(tasks, callerOf(request), idOf(request.params)), localeOf(request)),
  );

  app.get<ById>(
    '/:id/NextRuns',
    { config: { operation: listNextRunsOperation }, schema: { querystring: NextRunsQuery } },
    async (request) => {
      const schedule = await readSchedule(tasks, callerOf(request), idOf(request.params));
      const locale = localeOf(request);
      return nextRunsOf(schedule, countOf(request)).map((time) => locale.date(time));
    },
  );

  app.get(
    '/NextRuns',
    { config: { operation: previewNextRunsOperation }, schema: { querystring: PreviewQuery } },
    async (request) => {
      const locale = localeOf(request);
      const cron = queryValue(request, 'Cron');
      if (cron === undefined) throw invalid`Cron is missing; a cron expression is accepted.`;
      const timeZone = queryValue(request, 'TimeZone') ?? locale.timeZone.code;
      return previewRuns(cron, timeZone, new Date(), countOf(request)).map((time) => locale.date(time));
    },
  );

  const change = async (
    request: { params: { id: string } },
    caller: ReturnType<typeof callerOf>,
    changed: Partial<ScheduleSettings>,
  ): Promise<Schedule> => {
    const schedule = await changeSchedule(tasks, caller, idOf(request.params), changed, new Date());
    scheduler.wake();
    return schedule;
  };

  app.put<ById & { Body: Static<typeof ScheduleChange> }>(
    '/:id',
    { config: { ...CONFIG, operation: changeScheduleOperation }, schema: { body: ScheduleChange } },
    async (request) =>
      write(await change(request, callerOf(request), readSettings(request.body)), localeOf(request)),
  );

  app.post<ById>(
    '/:id/Pause',
    { config: { ...CONFIG, operation: pauseScheduleOperation } },
    async (request) => write(await change(request, callerOf(request), { paused: true }), localeOf(request)),
  );

  app.post<ById>(
    '/:id/Resume',
    { config: { ...CONFIG, operation: resumeScheduleOperation } },
    async (request) => write(await change(request, callerOf(request), { paused: false }), localeOf(request)),
  );

  app.post<ById>('/:id/RunNow', { config: { operation: runScheduleNowOperation } }, async (request) =>
    runNow(tasks, callerOf(request), idOf(request.params)),
  );

  app.delete<ById>('/:id', { config: { operation: deleteScheduleOperation } }, async (request, reply) => {
    await removeSchedule(tasks, callerOf(request), idOf(request.params));
    return reply.code(204).send();
  });
}

function countOf(request: FastifyRequest): number {
  return queryInteger(request, 'Count', { min: 1, max: MAX_NEXT_RUNS }) ?? DEFAULT_NEXT_RUNS;
}

function idOf({ id }: { id: string }): number {
  return readTaskId(id);
}

/** The settings that the body contains. */
function readSettings(body: Static<typeof ScheduleChange>): Partial<ScheduleSettings> {
  const given: Record<keyof ScheduleSettings, unknown> = {
    name: body.Name,
    definition: body.Definition,
    parameters: body.ParameterObject,
    cron: body.Cron,
    timeZone: body.TimeZone,
    missedRuns: body.MissedRuns,
    missedLimit: body.MissedLimit,
    overlap: body.Overlap,
    priority: body.Priority,
    paused: body.Paused,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function toWire(schedule: Schedule, last: LastTaskState | undefined, locale: Locale): object {
  return {
    Id: schedule.id,
    Name: schedule.name,
    Definition: schedule.definition,
    ParameterObject: schedule.parameters,
    Cron: schedule.cron,
    TimeZone: schedule.timeZone,
    MissedRuns: schedule.missedRuns,
    MissedLimit: schedule.missedLimit,
    Overlap: schedule.overlap,
    Priority: schedule.priority,
    Paused: schedule.paused,
    AssociateId: schedule.ownerId,
    IsSystemTask: schedule.ownerId === 0,
    DatabaseSerialNumber: schedule.tenant,
    NextRuns: nextRunsOf(schedule, DEFAULT_NEXT_RUNS).map((time) => locale.date(time)),
    LastRun: locale.date(schedule.lastRun),
    LastTaskId: schedule.lastTaskId,
    LastTaskState: last?.state ?? null,
    LastTaskStopped: last?.isStopped ?? false,
    QueuedRuns: schedule.queued.map((time) => locale.date(time)),
    LastSkipped: schedule.skipped && locale.date(schedule.skipped.at),
    LastSkippedFor: schedule.skipped?.taskId ?? null,
    LastProblem: schedule.problem === null ? '' : locale.message(schedule.problem),
    Created: locale.utcDate(schedule.created),
  };
}
