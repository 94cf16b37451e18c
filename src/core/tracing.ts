import {
  type Context,
  context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { formatTraceparent, parseTraceparent, type TraceContext } from './trace-context.ts';

/**
 * Without an OpenTelemetry SDK in the process its spans are of no cost and record nothing; a trace context passes
 * through them unchanged all the same (docs/observability.md).
 */
const tracer = trace.getTracer('batchline');

/** What a span is about: a task, in the words of OpenTelemetry's conventions for messaging. */
export interface SpanTask {
  readonly id: number;
  /** The definition. */
  readonly name: string;
  readonly tenant: string;
  readonly attempt: number;
}

/** A span with the context in which its work is done. */
export class WorkSpan {
  readonly #span: Span;
  readonly #context: Context;
  readonly #isOwn: boolean;
  /** What is to be passed on, so that what follows stands below this span; null where there is no trace. */
  readonly trace: TraceContext | null;

  /** @param isOwn whether this ends it; a span of somebody else's is only worked in */
  constructor(span: Span, parent: Context, isOwn = true) {
    this.#span = span;
    this.#isOwn = isOwn;
    this.#context = trace.setSpan(parent, span);
    this.trace = traceOf(span.spanContext());
  }

  /** The id of the trace; `undefined` where there is none. */
  get traceId(): string | undefined {
    return this.trace === null ? undefined : this.#span.spanContext().traceId;
  }

  /** Does work within the span: it is the active one there, also after an await. */
  with<T>(work: () => T): T {
    // What comes from elsewhere and is passed on needs no context of its own.
    return this.trace === null ? work() : context.with(this.#context, work);
  }

  /** Does work within the span, and ends it with the work. */
  async while<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.with(work);
    } catch (error) {
      this.fail('exception', error);
      throw error;
    } finally {
      this.end();
    }
  }

  /** Adds what is known only now. */
  note(attributes: Readonly<Record<string, string | number>>): void {
    this.#span.setAttributes(attributes);
  }

  /** The work has failed. @param type a short name of the kind of failure */
  fail(type: string, error?: unknown): void {
    if (error instanceof Error) this.#span.recordException(error);
    this.#span.setAttribute('error.type', type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    if (this.#isOwn) this.#span.end();
  }
}

/** Begins the span of a start: a message is sent. @param parent what the caller of the start has passed on */
export function beginSend(name: string, tenant: string, parent: TraceContext | null): WorkSpan {
  const within = contextOf(parent);
  const attributes = { ...messaging(name, tenant), 'messaging.operation.type': 'send' };
  return new WorkSpan(
    tracer.startSpan(`send ${name}`, { kind: SpanKind.PRODUCER, attributes }, within),
    within,
  );
}

/** Begins the span of a run: a message is processed, in the trace of its start. @param parent as the task keeps it */
export function beginRun(task: SpanTask, parent: TraceContext | null): WorkSpan {
  const within = contextOf(parent);
  const attributes = {
    ...messaging(task.name, task.tenant),
    'messaging.operation.type': 'process',
    'messaging.message.id': String(task.id),
    'batchline.task.attempt': task.attempt,
  };
  return new WorkSpan(
    tracer.startSpan(`process ${task.name}`, { kind: SpanKind.CONSUMER, attributes }, within),
    within,
  );
}

/**
 * Begins the span of a request to the server. Where the process already traces its HTTP server by an
 * instrumentation, its span is taken on and gets the route.
 */
export function beginRequest(method: string, route: string, parent: TraceContext | null): WorkSpan {
  const active = trace.getActiveSpan();
  const attributes = { 'http.request.method': method, 'http.route': route };
  if (active !== undefined) {
    active.updateName(`${method} ${route}`).setAttributes(attributes);
    return new WorkSpan(active, context.active(), false);
  }
  const within = contextOf(parent);
  return new WorkSpan(
    tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, within),
    within,
  );
}

/** OpenTelemetry's context of what a thread of this process does for a run elsewhere in it. */
export function withTrace<T>(parent: TraceContext | null, work: () => T): T {
  return parent === null ? work() : context.with(contextOf(parent), work);
}

function messaging(name: string, tenant: string): Record<string, string> {
  return { 'messaging.system': 'batchline', 'messaging.destination.name': name, 'batchline.tenant': tenant };
}

function contextOf(parent: TraceContext | null): Context {
  const fields = parent === null ? undefined : parseTraceparent(parent.traceparent);
  if (parent === null || fields === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, flags: traceFlags } = fields;
  const spanContext = { traceId, spanId, traceFlags, isRemote: true };
  return trace.setSpanContext(
    ROOT_CONTEXT,
    parent.tracestate === null
      ? spanContext
      : { ...spanContext, traceState: createTraceState(parent.tracestate) },
  );
}

function traceOf(spanContext: SpanContext): TraceContext | null {
  if (!isSpanContextValid(spanContext)) return null;
  const { traceId, spanId, traceFlags: flags, traceState } = spanContext;
  return {
    traceparent: formatTraceparent({ traceId, spanId, flags }),
    tracestate: traceState?.serialize() || null,
  };
}
