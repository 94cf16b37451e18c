import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { countQueues } from '../../db/queries/count-queues.ts';
import { countWorkers } from '../../db/queries/count-workers.ts';
import { groupFailures } from '../../db/queries/group-failures.ts';
import { countChanges } from '../../db/queries/statistics.ts';
import type { TaskDeps } from '../../services/context.ts';
import { callerOf } from '../auth/hooks.ts';
import { localeOf } from '../i18n/locale.ts';
import { readStatisticsOperation } from './server-operations.ts';

const SHORTEST = 5;
const LONGEST = 7 * 24 * 60;
const MAX_GROUPS = 20;

const Query = Type.Object({
  Minutes: Type.Optional(Type.String({ pattern: '^\\d{1,5}$', description: 'How far back, 5 to 10080; 60' })),
});

/** The length of a step in seconds: at most about 60 of them make a period. */
function stepFor(minutes: number): number {
  return [10, 30, 60, 300, 900, 1800, 3600, 14_400].find((step) => minutes * 60 <= step * 60) ?? 14_400;
}

/** `GET /api/v1/Statistics`: what happened, what waits and what fails (contract, section 8). For who may see every task. */
export async function statisticsRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/',
    {
      config: { answer: 'Statistics', operation: readStatisticsOperation },
      schema: { querystring: Query },
    },
    async (request) => {
      const caller = callerOf(request);
      const minutes = Math.min(Math.max(Number(request.query.Minutes ?? 60), SHORTEST), LONGEST);
      const stepSeconds = stepFor(minutes);
      const stepMs = stepSeconds * 1000;
      const since = new Date(Math.ceil((Date.now() - minutes * 60_000) / stepMs) * stepMs);
      const { changes, workers, queues, failures } = await tasks.database.lists.read(async (db) => ({
        changes: await countChanges(db, caller.tenant, since, stepSeconds),
        workers: await countWorkers(db, caller.tenant, since, stepSeconds),
        queues: await countQueues(db, caller.tenant),
        failures: await groupFailures(db, caller.tenant, since, MAX_GROUPS),
      }));
      const locale = localeOf(request);
      return {
        Since: locale.date(since),
        StepSeconds: stepSeconds,
        Changes: changes.map((change) => ({
          At: locale.date(change.at),
          Name: change.name,
          Registered: change.registered,
          Succeeded: change.succeeded,
          Failed: change.failed,
          Begun: change.begun,
          Waited: change.waited,
          LongestWait: change.longestWait,
        })),
        Workers: workers.map((step) => ({ At: locale.date(step.at), Workers: step.workers })),
        Queues: queues.map((queue) => ({
          Name: queue.name,
          Due: queue.due,
          Later: queue.later,
          Oldest: queue.oldest === null ? null : locale.date(queue.oldest),
          Running: queue.running,
        })),
        Failures: failures.map((group) => ({
          Name: group.name,
          Tasks: group.tasks,
          LastId: group.lastId,
          LastAt: locale.date(group.lastAt),
          Result: locale.text(group.result, group.resultMessage),
        })),
      };
    },
  );
}
