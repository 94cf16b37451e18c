import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { readWorkerOwner, WORKER_KINDS } from '../../core/workers.ts';
import type { ListedWorker } from '../../db/queries/worker.ts';
import type { TaskDeps } from '../../services/access.ts';
import { readWorkers } from '../../services/workers.ts';
import { callerOf } from '../auth/hooks.ts';
import { askOtherCells, CELLS_MISSING, CellOfRow, CellsQuery } from '../cell-lists.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { DateTime, Int32, nullable, type Operation } from '../openapi/operation.ts';

const WorkerSchema = Type.Object(
  {
    Id: Type.String({ description: 'Worker of its attempts and Node of the history' }),
    Name: Type.String({ description: 'Host and process id, or the name that a remote worker gives' }),
    Kind: nullable(
      Type.Enum([...WORKER_KINDS], {
        description:
          'Server, Worker (both with access to the database) or Remote (over HTTP); null before 0.3.0',
      }),
    ),
    AssociateId: nullable(Type.Integer({ description: 'The associate that a remote worker signs in as' })),
    Version: nullable(Type.String()),
    Started: nullable(DateTime),
    LastSeen: nullable(DateTime),
    Status: Type.Enum(['Running', 'Draining'], {
      description: 'A draining worker claims no more tasks and stops when its runs have ended',
    }),
    Slots: nullable(Type.Integer({ description: 'How many tasks it runs at once; 0 if it runs none' })),
    Running: Type.Integer({ description: 'The number of tasks that it runs' }),
    Tasks: Type.Array(Type.Object({ Id: Int32, Name: Type.String() }), {
      description: 'The tasks that it runs, longest running first, at most 50',
    }),
    Definitions: Type.Array(Type.String(), { description: 'The definitions that it runs' }),
    Cell: CellOfRow,
  },
  { title: 'Worker', description: 'A live process or remote worker' },
);

/** The query of `GET /Workers`. */
const WorkersQuery = Type.Object({
  Definition: Type.Optional(
    Type.String({ maxLength: 100, description: 'Only workers that run this definition' }),
  ),
  Cells: CellsQuery,
});

const listWorkersOperation: Operation = {
  id: 'listWorkers',
  access: ACCESS.readAll,
  tag: 'Workers',
  summary: 'Lists the live servers and workers, and what they run.',
  responses: { 200: Type.Array(WorkerSchema) },
  headers: CELLS_MISSING,
};

/** `GET /api/v1/Workers`: the live servers and workers (contract, section 8). Requires access to all tasks. */
export async function workerListRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.get<{ Querystring: Static<typeof WorkersQuery> }>(
    '/',
    { config: { payload: 'Worker', operation: listWorkersOperation }, schema: { querystring: WorkersQuery } },
    async (request, reply) => {
      const locale = localeOf(request);
      const caller = callerOf(request);
      const { Definition, Cells } = request.query;
      const own = async () =>
        (await readWorkers(tasks, caller, Definition)).map((one) => writeWorker(one, locale));
      if (Cells === undefined) return own();
      const query = Definition === undefined ? '' : `?Definition=${encodeURIComponent(Definition)}`;
      const [rows, answers] = await Promise.all([
        own(),
        askOtherCells(request, reply, caller, () => ({ path: `/api/v1/Workers${query}` })),
      ]);
      const ofCell = (cell: string, found: readonly object[]) => found.map((one) => ({ ...one, Cell: cell }));
      return [
        ...ofCell(tasks.cells?.name ?? '', rows),
        ...answers.flatMap(({ cell, body }) => ofCell(cell, body as object[])),
      ];
    },
  );
}

function writeWorker(one: ListedWorker, locale: Locale): object {
  const remote = readWorkerOwner(one.owner);
  return {
    Id: one.owner,
    Name: one.label ?? remote?.name ?? one.owner,
    Kind: one.kind ?? (remote && 'Remote') ?? null,
    AssociateId: remote?.associateId ?? null,
    Version: one.version,
    Started: one.started && locale.date(one.started),
    LastSeen: one.lastSeen && locale.date(one.lastSeen),
    Status: one.status === null || one.status === 'Running' ? 'Running' : 'Draining',
    Slots: one.slots,
    Running: one.running,
    Tasks: one.tasks.map(({ id, name }) => ({ Id: id, Name: name })),
    Definitions: one.names,
  };
}
