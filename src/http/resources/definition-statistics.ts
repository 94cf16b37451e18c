import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { Percentiles } from '../../db/queries/definition-runs.ts';
import type { TaskDeps } from '../../services/access.ts';
import { readDefinitionStatistics } from '../../services/statistics.ts';
import { callerOf } from '../auth/hooks.ts';
import { localeOf } from '../i18n/locale.ts';
import { DateTime, nullable, type Operation } from '../openapi/operation.ts';
import {
  ChangeCounts,
  FailureGroups,
  PeriodQuery,
  QueueCounts,
  writeChange,
  writeFailure,
  writeQueue,
} from './statistics-codec.ts';

const PercentilesSchema = Type.Object(
  {
    Tasks: Type.Integer({ description: 'The number of tasks that they are computed from' }),
    P50: Type.Number(),
    P95: Type.Number(),
    P99: Type.Number(),
    Max: Type.Number(),
  },
  { title: 'Percentiles', description: 'Percentiles of durations, in seconds' },
);

const DefinitionStatisticsSchema = Type.Object(
  {
    Name: Type.String(),
    Since: DateTime,
    StepSeconds: Type.Integer(),
    Changes: Type.Array(ChangeCounts),
    Queue: QueueCounts,
    Waiting: nullable(PercentilesSchema),
    Running: nullable(PercentilesSchema),
    Failures: Type.Array(FailureGroups),
  },
  { title: 'DefinitionStatistics' },
);

const readDefinitionStatisticsOperation: Operation = {
  id: 'readDefinitionStatistics',
  access: ACCESS.readAll,
  tag: 'Definitions',
  summary:
    'Returns throughput, queue, percentiles of waiting and running times, and failures of one definition.',
  description: 'The percentiles and failures are those of its last 1000 tasks that ended within the period.',
  responses: { 200: DefinitionStatisticsSchema },
};

type ByName = { Params: { name: string } };

/**
 * `GET /api/v1/Definitions/{name}/Statistics`: throughput, times and failures of a definition (contract, section 8). Requires
 * access to all tasks.
 */
export async function definitionStatisticsRoutes(
  app: FastifyInstance,
  { tasks }: { tasks: TaskDeps },
): Promise<void> {
  app.get<ByName & { Querystring: Static<typeof PeriodQuery> }>(
    '/:name/Statistics',
    {
      config: { payload: 'DefinitionStatistics', operation: readDefinitionStatisticsOperation },
      schema: { querystring: PeriodQuery },
    },
    async (request) => {
      const locale = localeOf(request);
      const minutes = Number(request.query.Minutes ?? 60);
      const found = await readDefinitionStatistics(
        tasks,
        callerOf(request),
        request.params.name,
        minutes,
        new Date(),
      );
      const queue = found.queue ?? { name: found.name, due: 0, later: 0, oldest: null, running: 0 };
      return {
        Name: found.name,
        Since: locale.date(found.since),
        StepSeconds: found.stepSeconds,
        Changes: found.changes.map((change) => writeChange(change, locale)),
        Queue: writeQueue(queue, locale),
        Waiting: writePercentiles(found.waiting),
        Running: writePercentiles(found.running),
        Failures: found.failures.map((group) => writeFailure(group, locale)),
      };
    },
  );
}

function writePercentiles(times: Percentiles | null): object | null {
  return times && { Tasks: times.count, P50: times.p50, P95: times.p95, P99: times.p99, Max: times.max };
}
