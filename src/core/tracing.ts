import {
  type Context,
  context,
  createTraceState,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

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
    this.trace = traceOf(span.spanContext());
    this.#context = this.trace === null ? parent : trace.setSpan(parent, span);
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
  if (parent === null && !isTracing()) return NO_SPAN;
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

/** True if an OpenTelemetry SDK is registered in this process. */
function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('batchline') !== undefined;
}

/** The span of a run without a trace. */
const NO_SPAN = new WorkSpan(trace.wrapSpanContext(INVALID_SPAN_CONTEXT), ROOT_CONTEXT, false);

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

/** A position in a distributed trace: the headers `traceparent` and `tracestate` (W3C Trace Context). */
export interface TraceContext {
  /** `00-<trace id>-<span id>-<flags>`, 55 characters. */
  readonly traceparent: string;
  /** State of tracing systems, at most 512 characters; null if there is none. */
  readonly tracestate: string | null;
}

const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?<traceId>(?!0{32})[0-9a-f]{32})-(?<spanId>(?!0{16})[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<rest>-.*)?$/;
/** Maximum length of a tracestate that is propagated, in characters. */
const MAX_TRACESTATE_LENGTH = 512;

/** The fields of a `traceparent`. */
export interface TraceparentFields {
  readonly traceId: string;
  readonly spanId: string;
  /** Bit 0: the trace is sampled. */
  readonly flags: number;
}

/** Parses a `traceparent`; `undefined` if it is malformed. Reads only the known fields of future versions. */
export function parseTraceparent(traceparent: string): TraceparentFields | undefined {
  const { traceId, spanId, flags, rest } = TRACEPARENT.exec(traceparent)?.groups ?? {};
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (rest !== undefined && traceparent.startsWith('00')) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}

/**
 * Reads the trace context from headers. As the standard requires, ignores a malformed traceparent, and a tracestate that is
 * malformed or too long.
 */
export function readTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | undefined {
  if (traceparent === undefined) return undefined;
  const fields = parseTraceparent(traceparent);
  if (fields === undefined) return undefined;
  const state = tracestate?.trim() ?? '';
  const isState = /^[\x20-\x7e\t]+$/.test(state) && state.length <= MAX_TRACESTATE_LENGTH;
  return { traceparent: formatTraceparent(fields), tracestate: isState ? state : null };
}

/** The `traceparent` of these fields. */
export function formatTraceparent({ traceId, spanId, flags }: TraceparentFields): string {
  return `00-${traceId}-${spanId}-${(flags & 0xff).toString(16).padStart(2, '0')}`;
}

/** Returns the headers that propagate a trace context; empty if there is none. */
export function traceHeaders(trace: TraceContext | null | undefined): Record<string, string> {
  if (trace === null || trace === undefined) return {};
  const { traceparent, tracestate } = trace;
  return tracestate === null ? { traceparent } : { traceparent, tracestate };
}

/** Reads the trace context from the columns `traceparent` and `tracestate`. */
export function traceOfRow(row: {
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}): TraceContext | null {
  return row.traceparent === null ? null : { traceparent: row.traceparent, tracestate: row.tracestate };
}
