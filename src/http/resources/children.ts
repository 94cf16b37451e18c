import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import {
  type ChildCounts,
  MAX_CHILD_KEY_LENGTH,
  MAX_CHILD_WEIGHT,
  MAX_CHILDREN_PER_CALL,
  ON_FAILURE,
} from '../../core/children.ts';
import { STORED_STATES } from '../../core/task-state.ts';
import type { TaskDeps } from '../../services/access.ts';
import { readChildren, readParent } from '../../services/read-tasks.ts';
import { callerOf } from '../auth/hooks.ts';
import { localeOf } from '../i18n/locale.ts';
import { markTruncated } from '../respond.ts';
import { TaskSerializer } from './batch-task-codec.ts';
import { getBatchTaskParentOperation, listBatchTaskChildrenOperation } from './batch-task-operations.ts';
import { readTaskId } from './batch-task-params.ts';

/** `GET /api/v1/BatchTask/{id}/Children` and `…/Parent`: the tasks that a task started, and the one that started it. */
export async function taskChildrenRoutes(
  app: FastifyInstance,
  { tasks }: { tasks: TaskDeps },
): Promise<void> {
  app.get<{ Params: { id: string }; Querystring: Static<typeof ChildrenQuery> }>(
    '/:id/Children',
    {
      config: { payload: 'Children', operation: listBatchTaskChildrenOperation },
      schema: { querystring: ChildrenQuery },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const id = readTaskId(request.params.id);
      const { counts, children, times } = await readChildren(
        tasks,
        caller,
        id,
        readChildrenQuery(request.query),
      );
      markTruncated(reply, children);
      const locale = localeOf(request);
      const writer = new TaskSerializer(caller, tasks.textLimits, locale);
      return {
        ...writeCounts(counts),
        Children: children.rows.map(({ key, weight, stopped, task }) => {
          const { started = null, ended = null, children: total = 0 } = times.get(task.id) ?? {};
          return {
            Key: key,
            Weight: weight,
            Stopped: stopped,
            Started: started && locale.date(started),
            Ended: ended && locale.date(ended),
            Children: total,
            Task: writer.write(task),
          };
        }),
      };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/:id/Parent',
    { config: { payload: 'BatchTaskInfo', operation: getBatchTaskParentOperation } },
    async (request) => {
      const caller = callerOf(request);
      const writer = new TaskSerializer(caller, tasks.textLimits, localeOf(request));
      return writer.write(await readParent(tasks, caller, readTaskId(request.params.id)));
    },
  );
}

/** Serializes the counts of children. */
export function writeCounts({ total, ended, failed }: ChildCounts) {
  return { Total: total, Ended: ended, Failed: failed };
}

const CLOSED = { additionalProperties: false } as const;
const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 100;

/** The query of lists of children. */
export const ChildrenQuery = Type.Object({
  After: Type.Optional(
    Type.String({ pattern: '^\\d{1,9}$', description: 'Returns only children with a greater Id' }),
  ),
  State: Type.Optional(Type.Enum([...STORED_STATES])),
  Limit: Type.Optional(
    Type.String({
      pattern: '^([1-9]\\d?|[1-4]\\d\\d|500)$',
      description: `1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} by default`,
    }),
  ),
});

/** Reads the query of lists of children. */
export function readChildrenQuery({ After, State, Limit }: Static<typeof ChildrenQuery>) {
  return { afterId: Number(After ?? 0), state: State, limit: Number(Limit ?? DEFAULT_LIMIT) };
}

/** `POST /Workers/Leases/{lease}/Children` */
export const StartChildren = Type.Object(
  {
    Children: Type.Array(
      Type.Object(
        {
          Key: Type.String({
            minLength: 1,
            maxLength: MAX_CHILD_KEY_LENGTH,
            description: 'Identifies the child: a run that is retried starts each key only once',
          }),
          Name: Type.String({ description: 'The name of the definition' }),
          ParameterObject: Type.Optional(
            Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()]),
          ),
          Description: Type.Optional(Type.String()),
          Weight: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: MAX_CHILD_WEIGHT,
              description: "Its share of the task's progress; 1 by default",
            }),
          ),
        },
        CLOSED,
      ),
      { minItems: 1, maxItems: MAX_CHILDREN_PER_CALL },
    ),
  },
  CLOSED,
);

/** The response of `POST /Workers/Leases/{lease}/Children`. */
export const StartedChildren = Type.Object({
  Ids: Type.Array(Type.Integer(), { description: 'The ids, in the order of the request' }),
});

const counts = {
  Total: Type.Integer(),
  Ended: Type.Integer(),
  Failed: Type.Integer({ description: 'How many of the ended children failed' }),
};

/** `POST /Workers/Leases/{lease}/Wait` */
export const Wait = Type.Union([
  Type.Object(
    {
      OnFailure: Type.Optional(Type.Enum([...ON_FAILURE])),
      ProgressPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
      ProgressDescription: Type.Optional(Type.String()),
    },
    CLOSED,
  ),
  Type.Null(),
]);

/** The response of `POST /Workers/Leases/{lease}/Wait`. */
export const Waiting = Type.Object({
  Waits: Type.Boolean({
    description: 'true: the lease has ended, and the task runs again when all children have ended',
  }),
  ...counts,
});

/** The response of `GET /Workers/Leases/{lease}/Children`. */
export const LeaseChildren = Type.Object({
  ...counts,
  Children: Type.Array(
    Type.Object({
      Id: Type.Integer(),
      Key: Type.String(),
      Name: Type.String(),
      State: Type.String(),
      Result: Type.String(),
      FileName: Type.String(),
    }),
  ),
});
