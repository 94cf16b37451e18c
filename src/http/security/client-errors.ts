import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import { errorBody } from '../errors.ts';

/** What is wrong with what came, by the code of the parser's error; its status and words. */
const BY_CODE: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'Request Header Fields Too Large',
    'The address and the headers are too long; 16 KB together are accepted.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request did not come to its end in time.'],
};
const MALFORMED = [400, 'Bad Request', 'The request is not HTTP.'] as const;

/** Answers what never became a request (contract, section 4), and ends the connection. */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, reason, message] = BY_CODE[error.code] ?? MALFORMED;
  const body = JSON.stringify(errorBody('ArgumentException', message));
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status} ${reason}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
        `Content-Type: application/json; charset=utf-8\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroy(error);
}
