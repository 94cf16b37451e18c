import type { FastifyReply } from 'fastify';
import type { Rows } from '../db/bounded-rows.ts';

/** Set if a list was truncated at the server's limit of rows or bytes; its value is the number of rows. */
const LIST_CUT_HEADER = 'Batchline-List-Cut';

/** Marks the response as truncated. */
export function markTruncated(reply: FastifyReply, list: Rows<unknown>): void {
  if (list.more) reply.header(LIST_CUT_HEADER, String(list.rows.length));
}
