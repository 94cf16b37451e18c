import { Refusal, type RefusalKind, unavailable } from '../domain/errors.ts';
import { message } from '../domain/message.ts';
import { frameworkMessage } from './framework-errors.ts';
import type { Locale } from './localization/locale.ts';

/** How an error looks to a client: its status and the carrier of contract, section 4. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: ErrorBody;
}

/** The error carrier. */
export interface ErrorBody {
  readonly Error: true;
  readonly ErrorType: string;
  readonly Message: string;
  readonly ErrorSource: string;
}

const SOURCE = 'Batchline';

/** How each kind of refusal is answered; docs/reference/errors.md says when. */
export const KINDS: Readonly<Record<RefusalKind, { readonly status: number; readonly type: string }>> = {
  invalid: { status: 400, type: 'ArgumentException' },
  malformed: { status: 400, type: 'FormatException' },
  unauthenticated: { status: 401, type: 'AuthenticationException' },
  forbidden: { status: 403, type: 'UnauthorizedAccessException' },
  missing: { status: 404, type: 'NotFoundException' },
  methodNotAllowed: { status: 405, type: 'HttpException' },
  unacceptable: { status: 406, type: 'NotSupportedException' },
  conflict: { status: 409, type: 'InvalidOperationException' },
  precondition: { status: 412, type: 'PreconditionFailedException' },
  unsatisfiable: { status: 416, type: 'ArgumentOutOfRangeException' },
  unsupported: { status: 415, type: 'NotSupportedException' },
  oversized: { status: 413, type: 'ArgumentException' },
  throttled: { status: 429, type: 'TooManyRequestsException' },
  unavailable: { status: 503, type: 'ServiceUnavailableException' },
};

/** The statuses of refusals, with their kinds. */
export const STATUS_KINDS = Object.entries(KINDS).map(
  ([kind, { status }]) => [status, kind as RefusalKind] as const,
);

/** `ErrorType` of errors that Fastify itself makes, by status. */
const FRAMEWORK_TYPES: Readonly<Record<number, string>> = {
  404: 'NotFoundException',
  405: 'NotSupportedException',
  413: 'ArgumentException',
};

/** What a client is told of an error, in its language. Errors that are no refusal tell nothing of the inside, and never a stack. */
export function toErrorAnswer(error: unknown, locale: Locale): ErrorAnswer {
  if (error instanceof Refusal) {
    const { status, type } = KINDS[error.kind];
    return { status, body: errorBody(type, locale.message(error.text)) };
  }
  const status = (error as { statusCode?: unknown }).statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return {
      status,
      body: errorBody(
        FRAMEWORK_TYPES[status] ?? 'ArgumentException',
        locale.message(frameworkMessage(error as Error)),
      ),
    };
  }
  return {
    status: 500,
    body: errorBody(
      'Exception',
      locale.message(
        message`The server has failed. The fault is in its log; nothing is known to have changed.`,
      ),
    ),
  };
}

const RETRY_SECONDS = 2;

/** What a client is told while the database is away: a failover takes seconds. */
export function databaseAway(): Refusal {
  return unavailable(
    message`The database does not answer now; try again in some seconds. A change may have been made all the same; a start with an Idempotency-Key can be repeated safely.`,
    RETRY_SECONDS,
  );
}

/** What a client is told where the database has given its transaction up for others again and again. */
export function databaseBusy(): Refusal {
  return unavailable(
    message`Too many others are changing the same at this moment, and nothing has changed; try again in some seconds.`,
    RETRY_SECONDS,
  );
}

const MAKE_ROOM_SECONDS = 60;

/** What a client is told while the disk of the database is full: somebody has to make room. */
export function diskFull(): Refusal {
  return unavailable(message`The disk of the database is full; nothing has changed.`, MAKE_ROOM_SECONDS);
}

/** The error carrier with this type and message. */
export function errorBody(type: string, message: string): ErrorBody {
  return { Error: true, ErrorType: type, Message: message, ErrorSource: SOURCE };
}
