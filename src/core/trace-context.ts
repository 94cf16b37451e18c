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
