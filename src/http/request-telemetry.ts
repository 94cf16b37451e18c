import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HttpMeter } from '../core/meters.ts';
import { beginRequest, readTraceContext, type TraceContext, type WorkSpan } from '../core/tracing.ts';

/** The header that correlates a request with the logs of the server and the caller. */
const REQUEST_ID_HEADER = 'X-Request-Id';

const ACCEPTED = /^[\w.:@/+=-]{1,128}$/;

/** The id of a request: the caller's if it is safe to log, otherwise a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID();
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Excludes the route from metrics and traces, for health checks and metrics. */
    unobserved?: true;
  }
}

const spans = new WeakMap<FastifyRequest, WorkSpan>();

/** Counts, traces and (at the level debug) logs every request, and adds the request id to each response. */
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
  // The body is received in another async context.
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

/** Logs which task a request started, and returns the id. */
export function logStart(request: FastifyRequest, taskId: number): number {
  request.log.debug({ event: 'task.started', taskId }, 'task started');
  return taskId;
}

/** Logs how many tasks a request started. */
export function logStarts(request: FastifyRequest, tasks: number): void {
  request.log.debug({ event: 'tasks.started', tasks }, 'tasks started');
}

/** The trace context of the request's span; `undefined` if it is not traced. */
export function traceOf(request: FastifyRequest): TraceContext | undefined {
  return spans.get(request)?.trace ?? undefined;
}

/** The trace context that the caller sent. */
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
