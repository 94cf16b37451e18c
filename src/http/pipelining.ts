import type { FastifyInstance } from 'fastify';
import { invalid } from '../core/errors.ts';

/** Requests of one connection that may be under way; clients that send one after the other have one. */
const MAX_BATCH = 16;

/**
 * Refuses what a client asks for ahead of reading its answers: those wait in memory, in their order, and a packet has
 * room for hundreds of requests.
 */
export function limitPipelining(app: FastifyInstance): void {
  const underWay = new WeakMap<object, number>();
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const requests = (underWay.get(socket) ?? 0) + 1;
    underWay.set(socket, requests);
    reply.raw.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    if (requests <= MAX_BATCH) done();
    else
      done(
        invalid`At most ${MAX_BATCH} requests may wait for their answers on one connection; one after the other is accepted.`,
      );
  });
}
