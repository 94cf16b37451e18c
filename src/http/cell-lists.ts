import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Caller } from '../core/access.ts';
import type { Cell } from '../core/cells.ts';
import { type CellQuestion, MISSING_CELLS_HEADER } from './cell-calls.ts';

/** The query option of lists that can cover all cells. */
export const CellsQuery = Type.Optional(
  Type.Enum(['all'], { description: 'Lists those of all cells, each with Cell' }),
);

/** The property of rows of such a list. */
export const CellOfRow = Type.Optional(Type.String({ description: 'With Cells=all: the name of its cell' }));

/** The header of such a list. */
export const CELLS_MISSING = {
  [MISSING_CELLS_HEADER]: 'With Cells=all: the names of the cells that did not respond in time',
};

/** The response of a cell that has responded. */
interface Found {
  readonly cell: string;
  readonly body: unknown;
}

/**
 * Asks the other cells for their part of a list, and names those that did not respond in a header. A caller that is bound to a
 * tenant has data in its own cell only.
 */
export async function askOtherCells(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  ask: (cell: Cell) => CellQuestion,
): Promise<Found[]> {
  const calls = request.server.cellRouter?.calls;
  if (calls === undefined || caller.tenant !== null) return [];
  const answers = await calls.askAll(request, caller, ask);
  const missing = answers.filter(({ body }) => body === undefined).map(({ cell }) => cell.name);
  if (missing.length > 0) reply.header(MISSING_CELLS_HEADER, missing.join(', '));
  return answers
    .filter(({ body }) => body !== undefined)
    .map(({ cell, body }) => ({ cell: cell.name, body }));
}
