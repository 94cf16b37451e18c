import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { TaskDeps } from '../../services/access.ts';
import { listLeaseChildren, startLeaseChildren, waitWithLease } from '../../services/lease-children.ts';
import { readLease } from '../../services/leases.ts';
import { callerOf } from '../auth/hooks.ts';
import { incomingTrace } from '../request-telemetry.ts';
import { ChildrenQuery, readChildrenQuery, StartChildren, Wait, writeCounts } from './children.ts';
import {
  listLeaseChildrenOperation,
  startChildrenOperation,
  waitForChildrenOperation,
} from './workers-schema.ts';

type ByLease = { Params: { lease: string } };
const ByLeaseParams = Type.Object({ lease: Type.String() });

/** `/api/v1/Workers/Leases/{lease}/Children` and `…/Wait`: fan-out for workers (docs/fan-out.md). */
export async function workerChildrenRoutes(
  app: FastifyInstance,
  { tasks }: { tasks: TaskDeps },
): Promise<void> {
  app.post<ByLease & { Body: Static<typeof StartChildren> }>(
    '/Leases/:lease/Children',
    {
      config: { operation: startChildrenOperation },
      schema: { params: ByLeaseParams, body: StartChildren },
    },
    async (request) => {
      const children = request.body.Children.map((child) => ({
        key: child.Key,
        name: child.Name,
        parameters: (child.ParameterObject ?? null) as Record<string, unknown> | null,
        description: child.Description,
        weight: child.Weight,
      }));
      const lease = readLease(request.params.lease);
      const trace = incomingTrace(request) ?? null;
      return { Ids: await startLeaseChildren(tasks, callerOf(request), lease, children, trace) };
    },
  );

  app.get<ByLease & { Querystring: Static<typeof ChildrenQuery> }>(
    '/Leases/:lease/Children',
    {
      config: { operation: listLeaseChildrenOperation },
      schema: { params: ByLeaseParams, querystring: ChildrenQuery },
    },
    async (request) => {
      const lease = readLease(request.params.lease);
      const wanted = readChildrenQuery(request.query);
      const { counts, children } = await listLeaseChildren(tasks, callerOf(request), lease, wanted);
      return {
        ...writeCounts(counts),
        Children: children.map((child) => ({
          Id: child.id,
          Key: child.key,
          Name: child.name,
          State: child.state,
          Result: child.result,
          FileName: child.fileName,
        })),
      };
    },
  );

  app.post<ByLease & { Body: Static<typeof Wait> }>(
    '/Leases/:lease/Wait',
    {
      config: { operation: waitForChildrenOperation },
      schema: { params: ByLeaseParams, body: Wait },
    },
    async (request) => {
      const { OnFailure = 'fail', ProgressPercent, ProgressDescription } = request.body ?? {};
      const { waits, counts } = await waitWithLease(
        tasks,
        callerOf(request),
        readLease(request.params.lease),
        OnFailure,
        { percent: ProgressPercent, text: ProgressDescription },
      );
      return { Waits: waits, ...writeCounts(counts) };
    },
  );
}
