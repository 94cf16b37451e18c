import type { FastifyReply } from 'fastify';

/** Adds request headers to those that the answer depends on. */
export function vary(reply: FastifyReply, ...names: readonly string[]): void {
  const before = reply.getHeader('Vary');
  const added = names.join(', ');
  reply.header('Vary', before === undefined ? added : `${String(before)}, ${added}`);
}
