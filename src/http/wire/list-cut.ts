import type { FastifyReply } from 'fastify';
import type { Rows } from '../../store/bounded-rows.ts';

/** Tells that a list was cut, at the server's limit of rows or of bytes, and how many rows it has. */
const LIST_CUT_HEADER = 'Batchline-List-Cut';

/** Notes in the answer that a list was cut. */
export function tellCut(reply: FastifyReply, list: Rows<unknown>): void {
  if (list.more) reply.header(LIST_CUT_HEADER, String(list.rows.length));
}
