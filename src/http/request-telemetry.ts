import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HttpMeter } from '../core/meters.ts';
import { readTraceContext, type TraceContext } from '../core/trace-context.ts';
import { beginRequest, type WorkSpan } from '../core/tracing.ts';

/** The header by which a request is found again in logs, here and at the caller. */
const REQUEST_ID_HEADER = 'X-Request-Id';

const ACCEPTED = /^[\w.:@/+=-]{1,128}$/;

/** The id of a request: the caller's, where it is one that a log can hold, otherwise a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID();
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route is one that only looks after the process: it is neither counted nor traced. */
    unobserved?: true;
  }
}

const spans = new WeakMap<FastifyRequest, WorkSpan>();

/** Counts, traces and, from debug on, logs every request, and gives each answer the request's id. */
export function observeRequests(app: FastifyInstance, meter: HttpMeter): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    if (isUnobserved(request)) return done();
    meter.began();
    const span = beginRequest(request.method, routeOf(request), incomingTrace(request) ?? null);
    if (span.trace === null) return done();
    spans.set(request, span);
    request.log = request.log.child({ trace_id: span.traceId });
    span.with(done);
  });
  // A body comes in a context of its own.
  app.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else span.with(done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    if (isUnobserved(request)) return done();
    const { method } = request;
    const { statusCode: status, elapsedTime } = reply;
    meter.answered(method, routeOf(request), status, elapsedTime / 1000);
    request.log.debug(
      {
        event: 'request.completed',
        method,
        route: routeOf(request),
        status,
        milliseconds: Math.round(elapsedTime),
      },
      'request completed',
    );
    const span = spans.get(request);
    span?.note({ 'http.response.status_code': status });
    if (status >= 500) span?.fail(String(status));
    span?.end();
    done();
  });
}

/** Notes which task a request has started, so that the log leads from one to the other; returns the id. */
export function logStart(request: FastifyRequest, taskId: number): number {
  request.log.debug({ event: 'task.started', taskId }, 'task started');
  return taskId;
}

/** The trace that a request belongs to, to be passed on; `undefined` where it belongs to none. */
export function traceOf(request: FastifyRequest): TraceContext | undefined {
  return spans.get(request)?.trace ?? undefined;
}

/** The trace as the caller has sent it. */
export function incomingTrace({ headers }: FastifyRequest): TraceContext | undefined {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string') return undefined;
  return readTraceContext(traceparent, Array.isArray(tracestate) ? tracestate.join(',') : tracestate);
}

function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'none';
}

function isUnobserved(request: FastifyRequest): boolean {
  return request.routeOptions.config?.unobserved === true;
}
