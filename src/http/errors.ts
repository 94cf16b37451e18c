import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import { RequestError, type RequestErrorKind } from '../core/errors.ts';
import { type SchemaError, schemaProblem } from '../core/json-schema.ts';
import { listed, type Message, message } from '../core/message.ts';
import type { Locale } from './i18n/locale.ts';

/** An error that Fastify created, for a body or URL that did not reach a route. */
interface FrameworkError extends Error {
  readonly code?: string;
  /** Ajv's errors of a body or query that does not match its schema. */
  readonly validation?: readonly (SchemaError & { readonly instancePath: string })[];
  readonly validationContext?: string;
}

/** Maximum number of schema errors in a message. A body can have one for each of its bytes. */
const MAX_PROBLEMS = 10;

const BY_CODE: Readonly<Record<string, Message>> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: message`Request body size did not match Content-Length`,
};

/** Converts the message of a Fastify error to a translatable one. */
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

/** The response to an error: its status and payload (contract, section 4). */
export interface ErrorResponse {
  readonly status: number;
  readonly body: ErrorBody;
}

/** The error payload. Its text has both property names that SuperOffice clients read. */
interface ErrorBody {
  readonly Error: true;
  readonly ErrorType: string;
  readonly Message: string;
  readonly ErrorMessage: string;
  readonly ErrorSource: string;
  /** A stable code for programs. Not part of SuperOffice's contract. */
  readonly Code: string;
}

const SOURCE = 'Batchline.WebApi';

/** The classification of an error for clients. */
interface ErrorKind {
  readonly status: number;
  /** `ErrorType` of contract, section 4. */
  readonly type: string;
  /** `Code` of errors that have no code of their own. */
  readonly code: string;
}

/** The response to each kind of RequestError; docs/reference/errors.md describes them. */
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

/** The statuses of errors, with their kinds. */
export const STATUS_KINDS = Object.entries(KINDS).map(
  ([kind, { status }]) => [status, kind as RequestErrorKind] as const,
);

/** Converts an error to a response in the client's language. Errors other than RequestErrors reveal no details and no stack. */
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

/** Creates the error payload. */
function errorBody(type: string, code: string, text: string): ErrorBody {
  return {
    Error: true,
    ErrorType: type,
    Message: text,
    ErrorMessage: text,
    ErrorSource: SOURCE,
    Code: code,
  };
}

/** The response to a request that can't be parsed. */
type ParseErrorResponse = readonly [
  status: number,
  reason: string,
  type: string,
  code: string,
  message: string,
];

/** The responses by error code of the parser. */
const RESPONSE_BY_CODE: Readonly<Record<string, ParseErrorResponse>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'Request Header Fields Too Large',
    'HttpException',
    'headers_too_large',
    'The URL and the headers are too long; at most 16 KB together are accepted.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    408,
    'Request Timeout',
    'HttpException',
    'request_timeout',
    'The request was not received in time.',
  ],
};
const MALFORMED: ParseErrorResponse = [
  400,
  'Bad Request',
  'FormatException',
  'malformed_request',
  'The request is not valid HTTP.',
];

/** Responds to a request that can't be parsed as HTTP (contract, section 4), and closes the connection. */
export function respondToClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, reason, type, code, message] = RESPONSE_BY_CODE[error.code] ?? MALFORMED;
  const body = JSON.stringify(errorBody(type, code, message));
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status} ${reason}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
        `Content-Type: application/json; charset=utf-8\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroy(error);
}
