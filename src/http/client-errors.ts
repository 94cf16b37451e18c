import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import { errorBody } from './errors.ts';

/** The response to a request that can't be parsed. */
type ParseErrorResponse = readonly [
  status: number,
  reason: string,
  type: string,
  code: string,
  message: string,
];

/** The responses by error code of the parser. */
const BY_CODE: Readonly<Record<string, ParseErrorResponse>> = {
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
  const [status, reason, type, code, message] = BY_CODE[error.code] ?? MALFORMED;
  const body = JSON.stringify(errorBody(type, code, message));
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status} ${reason}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
        `Content-Type: application/json; charset=utf-8\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroy(error);
}
