import type { FastifyReply } from 'fastify';

/** Adds request headers to those that the answer depends on. */
export function vary(reply: FastifyReply, ...names: readonly string[]): void {
  reply.header('Vary', [reply.getHeader('Vary') ?? [], names].flat().join(', '));
}
