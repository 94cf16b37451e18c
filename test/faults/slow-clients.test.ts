import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { createPlace, type Place } from '../support/databases.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { IS_LONG } from './form.ts';
import { memoryOf } from './memory.ts';
import { RunLog } from './run-log.ts';

/* Clients that take their time, and those that never come to an end. */

const CLIENTS = IS_LONG ? 5000 : 300;
const MB = 1024 * 1024;

let place: Place;
let server: ServerProcess;
let admin: ApiClient;
const sockets: Socket[] = [];

beforeAll(async () => {
  place = await createPlace('embedded');
  server = await spawnServer(place, new RunLog(join(place.folder, 'log')).env);
  admin = await server.admin.withToken(['read', 'write']);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server?.kill();
  await place?.remove();
});

/** Opens a connection that says this much, and no more. */
async function say(text: string): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on('error', () => undefined); // it may be cut
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}
const head = (...lines: string[]): string =>
  [...lines, 'Host: batchline', `Authorization: ${admin.authorization}`, ''].join('\r\n');

/** Starts a task and waits until it ends, as an ordinary client. */
async function isServed(): Promise<void> {
  expect(await admin.ended(await admin.start({ Name: 'short' }))).toMatchObject({ State: 'Succeeded' });
}

test(`${CLIENTS} clients that never complete a request don't block others`, async () => {
  const unfinished = [
    '',
    'GET /api/v1/Batch',
    head('GET /api/v1/BatchTask/All HTTP/1.1'),
    `${head('POST /api/v1/BatchTask HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 500')}\r\n{"Name":`,
  ];
  const tasks = async (): Promise<number> => (await admin.json('GET', '/BatchTask/All')).length;
  const before = await tasks();
  for (let n = 0; n < CLIENTS; n += 1) await say(unfinished[n % unfinished.length] ?? '');
  await isServed();
  const slow = sockets.splice(0);
  // One more word now and then, so that the connections are not idle.
  for (const socket of slow.slice(0, 100)) if (!socket.destroyed) socket.write('X');
  await isServed();
  expect(await tasks(), 'nothing of what was not finished counts').toBe(before + 2);
  // Node gives up on headers after a minute, and looks every half minute.
  if (IS_LONG)
    await Promise.all(
      slow
        .filter((_, n) => n % unfinished.length < 3 && !_.destroyed)
        .map((socket) => once(socket.resume(), 'close')),
    );
  for (const socket of slow) socket.destroy();
  await isServed();
});

test.skipIf(process.platform !== 'linux')(
  'a client that asks again and again and reads nothing costs little memory, and is refused',
  async ({ annotate }) => {
    const ParameterObject = { text: 'x'.repeat(900_000) };
    const id = await admin.start({ Name: 'short', ParameterObject });
    await admin.ended(id);
    const ask = `${head(`GET /api/v1/BatchTask/${id} HTTP/1.1`)}\r\n`;
    const before = memoryOf(server.child.pid);
    // 180 MB of answers to each of ten clients, were they all made.
    const deaf = await Promise.all(Array.from({ length: 10 }, () => say(ask.repeat(200))));
    for (const socket of deaf) socket.pause();
    for (let n = 0; n < 5; n += 1) await isServed();
    const more = (memoryOf(server.child.pid) - before) / MB;
    await annotate(`${Math.round(more)} MB more`);
    expect(more).toBeLessThan(400);
    for (const socket of deaf) socket.destroy();
    await isServed();
  },
);

test('a client that reads an answer byte by byte gets all of it', async () => {
  const text = 'y'.repeat(300_000);
  const id = await admin.start({ Name: 'short', ParameterObject: { text } });
  await admin.ended(id);
  const socket = await say(`${head(`GET /api/v1/BatchTask/${id} HTTP/1.1`, 'Connection: close')}\r\n`);
  socket.pause();
  let bytes = 0;
  const ended = new Promise<void>((resolve) => socket.once('end', () => resolve()));
  const drip = (): void => {
    const chunk = socket.read(Math.min(socket.readableLength, 4096)) as Buffer | null;
    bytes += chunk?.length ?? 0;
    if (!socket.destroyed) setImmediate(drip);
  };
  drip();
  await ended;
  expect(bytes).toBeGreaterThan(text.length);
});
