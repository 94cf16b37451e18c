import { RequestError, type RequestErrorKind, unavailable } from '../core/errors.ts';
import { type SchemaError, schemaProblem } from '../core/json-schema.ts';
import { INT32_MAX } from '../core/limits.ts';
import { listed, type Message, message } from '../core/message.ts';
import type { Locale } from './i18n/locale.ts';

/** An error that Fastify itself has made: of a body or address that never came to a route. */
interface FrameworkError extends Error {
  readonly code?: string;
  /** What Ajv says of a body or query that misses its schema. */
  readonly validation?: readonly (SchemaError & { readonly instancePath: string })[];
  readonly validationContext?: string;
}

/** A body can have one for each of its bytes; these are told. */
const MAX_PROBLEMS = 10;

const BY_CODE: Readonly<Record<string, Message>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: message`Request body is too large`,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: message`Request body size did not match Content-Length`,
};

/** What Fastify says, as a message of ours: what its errors can say is known. */
function frameworkMessage(error: FrameworkError): Message {
  const { code = '', validation, validationContext = 'body' } = error;
  if (validation !== undefined && validation.length > 0) {
    const problems = validation
      .slice(0, MAX_PROBLEMS)
      .map((one) => schemaProblem(validationContext + one.instancePath, one));
    return listed(problems, ', ');
  }
  const path = code === 'FST_ERR_BAD_URL' && /^'(.*)' is not a valid url component$/s.exec(error.message);
  if (path) return message`'${path[1] ?? ''}' is not a valid url component`;
  return BY_CODE[code] ?? message`${error.message}`;
}

/** How an error looks to a client: its status and the payload of contract, section 4. */
export interface ErrorResponse {
  readonly status: number;
  readonly body: ErrorBody;
}

/** The error payload. Its text has both names that SuperOffice clients read. */
export interface ErrorBody {
  readonly Error: true;
  readonly ErrorType: string;
  readonly Message: string;
  readonly ErrorMessage: string;
  readonly ErrorSource: string;
  /** Our addition: a stable code for programs. */
  readonly Code: string;
}

const SOURCE = 'Batchline.WebApi';

/** How an error is classified for clients. */
interface ErrorKind {
  readonly status: number;
  /** `ErrorType` of contract, section 4. */
  readonly type: string;
  /** `Code` of a refusal that has no code of its own. */
  readonly code: string;
}

/** How each kind of refusal is answered; docs/reference/errors.md says when. */
export const KINDS: Readonly<Record<RequestErrorKind, ErrorKind>> = {
  invalid: { status: 400, type: 'ArgumentException', code: 'invalid_argument' },
  malformed: { status: 400, type: 'FormatException', code: 'malformed_body' },
  unauthenticated: { status: 401, type: 'SoUnauthorizedException', code: 'unauthenticated' },
  forbidden: { status: 403, type: 'SoSentryException', code: 'forbidden' },
  notFound: { status: 404, type: 'SoNotFoundException', code: 'not_found' },
  methodNotAllowed: { status: 405, type: 'HttpException', code: 'method_not_allowed' },
  unacceptable: { status: 406, type: 'HttpException', code: 'not_acceptable' },
  conflict: { status: 409, type: 'SoConflictException', code: 'conflict' },
  gone: { status: 410, type: 'SoNotFoundException', code: 'gone' },
  precondition: { status: 412, type: 'SoPreconditionException', code: 'precondition_failed' },
  oversized: { status: 413, type: 'HttpException', code: 'content_too_large' },
  unsupported: { status: 415, type: 'HttpException', code: 'unsupported_media_type' },
  unsatisfiable: { status: 416, type: 'HttpException', code: 'range_not_satisfiable' },
  rateLimited: { status: 429, type: 'SoBusyException', code: 'too_many_requests' },
  unavailable: { status: 503, type: 'SoBusyException', code: 'unavailable' },
};

/** The statuses of refusals, with their kinds. */
export const STATUS_KINDS = Object.entries(KINDS).map(
  ([kind, { status }]) => [status, kind as RequestErrorKind] as const,
);

/** What a client is told of an error, in its language. Errors that are no refusal tell nothing of the inside, and never a stack. */
export function toErrorResponse(error: unknown, locale: Locale): ErrorResponse {
  if (error instanceof RequestError) {
    const { status, type, code } = KINDS[error.kind];
    return { status, body: errorBody(type, error.code ?? code, locale.message(error.text)) };
  }
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const { type, code } = KINDS[STATUS_KINDS.find(([one]) => one === status)?.[1] ?? 'invalid'];
    return { status, body: errorBody(type, code, locale.message(frameworkMessage(error as Error))) };
  }
  return {
    status: 500,
    body: errorBody(
      'Exception',
      'internal_error',
      locale.message(message`Internal server error. The details are in the log of the server.`),
    ),
  };
}

const RETRY_SECONDS = 2;

/** What a client is told while the database is away: a failover takes seconds. */
export function databaseUnreachable(): RequestError {
  return unavailable(
    message`The database is unreachable; try again in a few seconds. A change may still have been made. A start with an Idempotency-Key can be repeated safely.`,
    RETRY_SECONDS,
  );
}

/** What a client is told where the database has given its transaction up for others again and again. */
export function databaseBusy(): RequestError {
  return unavailable(
    message`Too many concurrent changes; nothing has changed. Try again in a few seconds.`,
    RETRY_SECONDS,
  );
}

const DISK_FULL_RETRY_SECONDS = 60;

/** What a client is told while the disk of the database is full: somebody has to make room. */
export function diskFull(): RequestError {
  return unavailable(
    message`The disk of the database is full; nothing has changed.`,
    DISK_FULL_RETRY_SECONDS,
  );
}

const OUT_OF_IDS_RETRY_SECONDS = 3600;

/** The error when a table has no ids left: nothing can be added until an operator migrates to new tables. */
export function outOfIds(): RequestError {
  return unavailable(
    message`All ids are used up: ${INT32_MAX} is the largest. Nothing has changed; contact an administrator.`,
    OUT_OF_IDS_RETRY_SECONDS,
  ).withCode('ids_exhausted');
}

/** The error payload with this type, code and message. */
export function errorBody(type: string, code: string, text: string): ErrorBody {
  return {
    Error: true,
    ErrorType: type,
    Message: text,
    ErrorMessage: text,
    ErrorSource: SOURCE,
    Code: code,
  };
}
