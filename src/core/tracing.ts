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
 * Without an OpenTelemetry SDK in the process, spans cost nothing and record nothing, but still propagate the trace context
 * unchanged (docs/observability.md).
 */
const tracer = trace.getTracer('batchline');

/** The task of a span, for the attributes of OpenTelemetry's messaging conventions. */
export interface SpanTask {
  readonly id: number;
  /** The definition. */
  readonly name: string;
  readonly tenant: string;
  readonly attempt: number;
}

/** A span and the context of its work. */
export class WorkSpan {
  readonly #span: Span;
  readonly #context: Context;
  readonly #isOwn: boolean;
  /** The trace context to propagate, with this span as the parent; null if there is no trace. */
  readonly trace: TraceContext | null;

  /** @param isOwn whether `end` ends the span; false for a span of an instrumentation */
  constructor(span: Span, parent: Context, isOwn = true) {
    this.#span = span;
    this.#isOwn = isOwn;
    this.#context = trace.setSpan(parent, span);
    this.trace = traceOf(span.spanContext());
  }

  /** The id of the trace; `undefined` if there is none. */
  get traceId(): string | undefined {
    return this.trace === null ? undefined : this.#span.spanContext().traceId;
  }

  /** Runs work with this span as the active one, also after an await. */
  with<T>(work: () => T): T {
    return this.trace === null ? work() : context.with(this.#context, work);
  }

  /** Runs work with this span as the active one, and ends the span. */
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

  /** Adds attributes. */
  note(attributes: Readonly<Record<string, string | number>>): void {
    this.#span.setAttributes(attributes);
  }

  /**
   * Marks the span as failed.
   *
   * @param type a short name of the kind of failure
   */
  fail(type: string, error?: unknown): void {
    if (error instanceof Error) this.#span.recordException(error);
    this.#span.setAttribute('error.type', type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    if (this.#isOwn) this.#span.end();
  }
}

/**
 * Starts the span of a start: a message is sent.
 *
 * @param parent the trace context of the caller
 */
export function beginSend(name: string, tenant: string, parent: TraceContext | null): WorkSpan {
  const within = contextOf(parent);
  const attributes = { ...messaging(name, tenant), 'messaging.operation.type': 'send' };
  return new WorkSpan(
    tracer.startSpan(`send ${name}`, { kind: SpanKind.PRODUCER, attributes }, within),
    within,
  );
}

/**
 * Starts the span of a run: a message is processed.
 *
 * @param parent the trace context stored with the task
 */
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
 * Starts the span of a request to the server. If an instrumentation already traces the HTTP server, reuses its span and adds
 * the route.
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

/** Runs work in the trace of a run in another thread of this process. */
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
