import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { invalid } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import type { MessageValue } from '../../core/message.ts';
import { parseFilter } from '../../core/odata/parser.ts';
import { allOf, filterOfSearch } from '../../core/search/filter.ts';
import { PRIORITY } from '../../core/task.ts';
import type { TaskDeps } from '../../services/access.ts';
import { BULK_ACTIONS, bulkTasks } from '../../services/bulk.ts';
import {
  type BulkItems,
  checkStarts,
  MAX_BULK_STARTS,
  MAX_REFUSED_ITEMS,
  startTasks,
} from '../../services/bulk-start.ts';
import type { TaskPlan } from '../../services/replan-task.ts';
import { callerOf } from '../auth/hooks.ts';
import { JSON_LINES_TYPES, lineOf, readJsonLines } from '../body/json-lines.ts';
import { ObjectReader } from '../body/object-reader.ts';
import { BODY_TYPES, charsetOf, decodeBody } from '../body/parse.ts';
import { localeOf } from '../i18n/locale.ts';
import { Int32, nullable, type Operation } from '../openapi/operation.ts';
import { queryFlag, queryInteger } from '../query.ts';
import { logStarts } from '../request-telemetry.ts';
import { readStart } from './batch-task-codec.ts';
import { IGNORED, listIgnored, StartHeaders, StartQuery, startOptionsReader } from './batch-task-params.ts';
import { BatchTaskStart } from './batch-task-schema.ts';
import { COUNTDOWN_START } from './samples.ts';

/** Default of Limit, and its upper bound. */
const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 10_000;

const PAYLOAD = 'BatchTaskInfo';

const DryRun = Type.Optional(Type.Boolean({ description: 'Changes nothing; returns what would happen' }));
const Filter = Type.String({ minLength: 1, description: 'The syntax of `$filter` of the archive list' });
const Search = Type.Optional(
  Type.String({
    description: 'The syntax of `$search` of the archive list; tasks must match Filter and Search',
  }),
);
const Limit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: MAX_LIMIT,
    description: `Maximum number of tasks; ${DEFAULT_LIMIT} by default`,
  }),
);
const FromStart = Type.Optional(
  Type.Boolean({ description: 'Restart discards the checkpoints of earlier runs' }),
);

const Priority = Type.Optional(
  Type.Integer({ description: `SetPriority: ${PRIORITY.min} to ${PRIORITY.max}` }),
);
const StartAt = Type.Optional(
  Type.String({
    description: "Reschedule: when the tasks are due. A time without an offset is in the caller's time zone",
  }),
);
const DelaySeconds = Type.Optional(
  Type.Number({ description: 'Reschedule: seconds until the tasks are due; 0 for now' }),
);

const BulkRequest = Type.Object(
  {
    Action: Type.Enum([...BULK_ACTIONS]),
    Filter: Type.Optional(Filter),
    Search,
    DryRun,
    Limit,
    FromStart,
    Priority,
    StartAt,
    DelaySeconds,
  },
  { title: 'BulkRequest', additionalProperties: false },
);

/** The body of any action, with which Fastify validates. The route checks which properties the action needs. */
const BulkBody = Type.Object(
  {
    ...BulkRequest.properties,
    Action: Type.Enum([...BULK_ACTIONS, 'Start']),
    // Their number and their properties have errors of their own.
    Tasks: Type.Optional(Type.Array(Type.Unknown())),
  },
  { additionalProperties: false },
);

const BulkQuery = Type.Object({
  ...StartQuery.properties,
  DryRun: Type.Optional(
    Type.String({ description: 'true starts nothing; DryRun in the body takes precedence' }),
  ),
  FirstLine: Type.Optional(
    Type.String({ description: 'The number of the first line of JSON Lines, for messages; 1 by default' }),
  ),
});

const BulkStart = Type.Object(
  {
    Action: Type.Literal('Start'),
    Tasks: Type.Array(BatchTaskStart, { minItems: 1, maxItems: MAX_BULK_STARTS }),
    DryRun,
  },
  { title: 'BulkStart', additionalProperties: false },
);

const BulkOutcome = Type.Object(
  {
    Action: Type.Enum([...BULK_ACTIONS]),
    DryRun: Type.Boolean({ description: 'true if nothing was changed' }),
    Matched: Type.Integer({ description: 'Number of tasks that match the filter, up to Limit' }),
    Done: Type.Integer({ description: 'Number of tasks that were changed, or would be in a dry run' }),
    Refused: Type.Array(Type.Object({ Id: Int32, Reason: Type.String() }), {
      description: 'Tasks that could not be changed',
    }),
    LastId: nullable(Type.Integer({ description: 'The id of the last task that was processed' })),
    More: Type.Boolean({ description: 'true if more tasks match the filter' }),
  },
  { title: 'BulkOutcome' },
);

const BulkStartOutcome = Type.Object(
  {
    Action: Type.Literal('Start'),
    DryRun: Type.Boolean({ description: 'true if nothing was started' }),
    Done: Type.Integer({ description: 'Number of tasks that were started, or are valid in a dry run' }),
    Ids: Type.Array(Int32, {
      description: 'The ids, in the order of the tasks; 0 for internal tasks. Empty in a dry run',
    }),
    Refused: Type.Array(Type.Object({ Index: Type.Integer(), Reason: Type.String() }), {
      description: `Tasks that could not be started, at most ${MAX_REFUSED_ITEMS}; only in a dry run. Index starts at 0`,
    }),
  },
  { title: 'BulkStartOutcome' },
);

const JsonLines = Type.String({
  description: `JSON Lines: a BatchTaskStart on each line, at most ${MAX_BULK_STARTS}`,
});

const bulkBatchTasksOperation: Operation = {
  id: 'bulkBatchTasks',
  access: ACCESS.write,
  tag: 'BatchTask',
  summary:
    'Starts many tasks, or stops, restarts, deletes or replans all that match a filter; supports a dry run.',
  description: `Start is all or nothing: if a task is refused, the error names its index (\`Tasks[3]\`) or line, and nothing is started. At most ${MAX_BULK_STARTS} tasks are accepted. Start options in the query apply to tasks without their own. With an Idempotency-Key, a repeated call returns the ids of the first. SetPriority and Reschedule change New tasks. The other actions have a separate transaction for each task, and list those that are refused.`,
  responses: { 200: Type.Union([BulkOutcome, BulkStartOutcome]) },
  headers: IGNORED,
  refusals: [409, 410],
  reads: {
    body: {
      content: {
        ...Object.fromEntries(BODY_TYPES.map((type) => [type, Type.Union([BulkRequest, BulkStart])])),
        ...Object.fromEntries(JSON_LINES_TYPES.map((type) => [type, JsonLines])),
      },
    },
  },
  examples: {
    request: {
      dryRun: { Action: 'Restart', Filter: "state eq 'Failed'", DryRun: true },
      start: { Action: 'Start', Tasks: [COUNTDOWN_START, COUNTDOWN_START] },
    },
  },
};

/** A body in JSON Lines, as the body of a bulk start in JSON. */
class TaskLines {
  readonly Action = 'Start';
  readonly Tasks: readonly unknown[];
  readonly #numbers: readonly number[];

  constructor(lines: Awaited<ReturnType<typeof readJsonLines>>) {
    this.Tasks = lines.map(({ value }) => value);
    this.#numbers = lines.map(({ number }) => number);
  }

  /** The place of a task, for messages. */
  placeOf(index: number): MessageValue {
    return lineOf(this.#numbers[index] ?? 0);
  }
}

type BulkRoute = { Body: Static<typeof BulkBody> | TaskLines };

/**
 * `POST /api/v1/BatchTask/Bulk`: starts many tasks, or changes those that match a filter (contract, section 8).
 *
 * @param bodyLimit of JSON Lines in bytes, and of each line in characters
 */
export async function bulkRoutes(
  app: FastifyInstance,
  { tasks, bodyLimit }: { tasks: TaskDeps; bodyLimit: { readonly lines: number; readonly line: number } },
): Promise<void> {
  app.addContentTypeParser(
    [...JSON_LINES_TYPES],
    { parseAs: 'buffer', bodyLimit: bodyLimit.lines },
    async (request: FastifyRequest, body: Buffer) => {
      const firstLine = queryInteger(request, 'FirstLine', { min: 1, max: INT32_MAX }) ?? 1;
      const text = decodeBody(body, charsetOf(request.headers['content-type'] ?? ''));
      return new TaskLines(
        await readJsonLines(text, { maxLines: MAX_BULK_STARTS, maxLength: bodyLimit.line, firstLine }),
      );
    },
  );

  app.post<BulkRoute>(
    '/Bulk',
    {
      config: {
        payload: 'BulkOutcome',
        operation: bulkBatchTasksOperation,
        bodyLimits: Object.fromEntries(JSON_LINES_TYPES.map((type) => [type, bodyLimit.lines])),
      },
      schema: { body: BulkBody, querystring: BulkQuery, headers: StartHeaders },
    },
    (request, reply) =>
      request.body.Action === 'Start'
        ? startAll(request, reply, tasks)
        : changeMatching(request, tasks, request.body as Static<typeof BulkBody>),
  );
}

/** Starts the tasks of the body, or checks them in a dry run. */
async function startAll(
  request: FastifyRequest<BulkRoute>,
  reply: FastifyReply,
  tasks: TaskDeps,
): Promise<Static<typeof BulkStartOutcome>> {
  const { body } = request;
  if (body.Tasks === undefined) throw invalid`Tasks is missing; a list of BatchTaskInfo is accepted.`;
  const unused = (
    ['Filter', 'Search', 'Limit', 'FromStart', 'Priority', 'StartAt', 'DelaySeconds'] as const
  ).find((name) => Object.hasOwn(body, name));
  if (unused !== undefined)
    throw invalid`${unused} is given, but Action is ${'Start'}; it is accepted with other actions.`;
  const isDryRun = ('DryRun' in body ? body.DryRun : undefined) ?? queryFlag(request, 'DryRun') ?? false;
  const readOptions = startOptionsReader(request);
  const { idempotencyKey } = readOptions();
  const names = new Set<string>();
  const { Tasks } = body;
  const items: BulkItems = {
    length: Tasks.length,
    placeOf: (index) => (body instanceof TaskLines ? body.placeOf(index) : `Tasks[${index}]`),
    read(index) {
      const outer = new ObjectReader(Tasks[index], PAYLOAD);
      const payload = outer.unwrapped(PAYLOAD);
      for (const name of payload.names) names.add(name);
      if (payload !== outer) for (const name of outer.names) names.add(name);
      return { request: readStart(payload), options: readOptions(payload, outer) };
    },
  };
  const caller = callerOf(request);
  if (isDryRun) {
    const { valid, refused } = await checkStarts(tasks, caller, items);
    const { message } = localeOf(request);
    const Refused = refused.map(({ index, reason }) => ({ Index: index, Reason: message(reason) }));
    listIgnored(reply, names);
    return { Action: 'Start', DryRun: true, Done: valid, Ids: [], Refused };
  }
  const ids = await startTasks(tasks, caller, items, idempotencyKey);
  listIgnored(reply, names);
  logStarts(request, ids.length);
  return { Action: 'Start', DryRun: false, Done: ids.length, Ids: [...ids], Refused: [] };
}

/** Applies an action to the tasks that match the filter. */
async function changeMatching(
  request: FastifyRequest<BulkRoute>,
  tasks: TaskDeps,
  body: Static<typeof BulkBody>,
): Promise<Static<typeof BulkOutcome>> {
  const {
    Action,
    Filter: given = '',
    Search: search = '',
    DryRun = false,
    Limit = DEFAULT_LIMIT,
    FromStart = false,
  } = body;
  if (Action === 'Start' || body.Tasks !== undefined)
    throw invalid`Tasks is given, but Action is ${Action}; it is accepted with the action ${'Start'}.`;
  const caller = callerOf(request);
  const locale = localeOf(request);
  const context = { associateId: caller.associateId, now: new Date(), zone: locale.timeZone.zone };
  const filter = allOf([parseFilter(given, context), filterOfSearch(search, context)]);
  if (filter === undefined)
    throw invalid`Neither Filter nor Search has a condition; one such as ${"state eq 'Failed'"} or ${'state:failed'} is accepted.`;
  const outcome = await bulkTasks(tasks, caller, {
    action: Action,
    filter,
    dryRun: DryRun,
    limit: Limit,
    fromStart: FromStart,
    plan: readPlan(request, body),
  });
  return {
    Action,
    DryRun,
    Matched: outcome.matched,
    Done: outcome.done,
    Refused: outcome.refused.map(({ id, reason }) => ({ Id: id, Reason: locale.message(reason) })),
    LastId: outcome.lastId,
    More: outcome.more,
  };
}

/** Reads the new priority or due time, which only the actions that change it accept. */
function readPlan(request: FastifyRequest, body: Static<typeof BulkBody>): TaskPlan {
  const { Action } = body;
  const accepted: readonly string[] = Object.hasOwn(PLANS, Action) ? PLANS[Action as keyof typeof PLANS] : [];
  const unused = (['Priority', 'StartAt', 'DelaySeconds'] as const).find(
    (name) => Object.hasOwn(body, name) && !accepted.includes(name),
  );
  if (unused !== undefined)
    throw invalid`${unused} is given, but Action is ${Action}; it is accepted with other actions.`;
  if (accepted.length === 0) return {};
  const { priority, due } = startOptionsReader(request)(new ObjectReader(body, 'The body'));
  const plan = Action === 'SetPriority' ? { priority } : { due };
  if (Object.values(plan).every((value) => value === undefined))
    throw invalid`${Action} needs ${accepted.join(' or ')}.`;
  return plan;
}

/** The properties of the actions that change the plan of a task. */
const PLANS = { SetPriority: ['Priority'], Reschedule: ['StartAt', 'DelaySeconds'] } as const;
