import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Logger } from 'pino';
import { PRIVATE_FILE } from './file-system.ts';

/** Maximum size of a request or response. Each is one JSON text, which ends with the stream. */
const MAX_BYTES = 64 * 1024;
/** Maximum length of a Unix socket path on all systems. */
const MAX_PATH_BYTES = 100;
/** Idle timeout of a connection. */
const TIMEOUT_MS = 30_000;

/** An open control socket. */
export interface ControlSocket {
  close(): Promise<void>;
}

/** Returns the path of the socket of the process that has a data folder open. */
function socketPath(folder: string): string {
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\batchline-${Buffer.from(folder).toString('hex').slice(-120)}`
    : join(folder, 'control.sock');
}

/**
 * Opens the control socket of a data folder whose lock this process holds. Only the owner of the folder can connect,
 * because the folder and the socket are private.
 *
 * @param handle returns the response to a request. Errors are logged and not sent to the client.
 * @returns `undefined` if the folder's path is too long for a socket
 */
export async function openControlSocket(
  folder: string,
  handle: (request: unknown) => Promise<unknown>,
  log: Logger,
): Promise<ControlSocket | undefined> {
  const path = socketPath(folder);
  if (Buffer.byteLength(path) > MAX_PATH_BYTES && process.platform !== 'win32') {
    log.warn(
      { event: 'control_socket.path_too_long', path },
      'path of the data folder is too long for a control socket; commands need the server stopped',
    );
    return undefined;
  }
  if (process.platform !== 'win32') rmSync(path, { force: true }); // left by a process that was killed
  const server = createServer({ allowHalfOpen: true }, (socket) => void respond(socket, handle, log));
  server.listen(path);
  await once(server, 'listening');
  if (process.platform !== 'win32') chmodSync(path, PRIVATE_FILE);
  server.on('error', (error) =>
    log.warn({ event: 'control_socket.failed', err: error }, 'control socket failed'),
  );
  return {
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}

async function respond(
  socket: Socket,
  handle: (request: unknown) => Promise<unknown>,
  log: Logger,
): Promise<void> {
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) socket.destroy();
  });
  try {
    socket.end(JSON.stringify(await handle(JSON.parse(await text(socket)))));
  } catch (error) {
    log.warn({ event: 'control_socket.command_failed', err: error }, 'control socket command failed');
    socket.destroy();
  }
}

/**
 * Sends a request to the process that has a data folder open.
 *
 * @returns the response; `undefined` if the process has no control socket
 * @throws Error if it does not respond
 */
export async function callControlSocket(folder: string, request: unknown): Promise<unknown> {
  const socket = connect({ path: socketPath(folder), allowHalfOpen: true });
  try {
    await once(socket, 'connect');
  } catch (error) {
    if (
      ['ENOENT', 'ECONNREFUSED', 'ENAMETOOLONG', 'EINVAL'].includes(
        String((error as { code?: unknown }).code),
      )
    )
      return undefined;
    throw error;
  }
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('the server does not respond')));
  socket.end(JSON.stringify(request));
  const response = await text(socket);
  if (response === '') throw new Error('the command failed on the server; see its log');
  return JSON.parse(response);
}
