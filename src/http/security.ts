import type { FastifyInstance, FastifyReply } from 'fastify';

/**
 * What every answer says to browsers: it is what its type says, no page of another site may use it, nothing in it is
 * run or framed, and no address of ours is passed on. Routes whose answer is a page say otherwise for themselves.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Puts the headers on an answer that no hook has seen. */
export function protectAnswer(reply: FastifyReply): void {
  reply.headers(HEADERS);
}

/**
 * Puts the headers on every answer.
 *
 * @param hstsSeconds how long browsers are to use https only (RFC 6797), told by https alone; 0 tells nothing
 */
export function protectAnswers(app: FastifyInstance, hstsSeconds: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    protectAnswer(reply);
    if (hstsSeconds > 0 && request.protocol === 'https')
      reply.header('Strict-Transport-Security', `max-age=${hstsSeconds}`);
    done();
  });
}

/** Keeps the answers of a scope out of caches, where they say nothing else: they are for one caller. */
export function forbidCaching(scope: FastifyInstance): void {
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.header('Cache-Control', 'no-store');
    done();
  });
}
