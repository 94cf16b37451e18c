import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { createPlace, type Place } from '../support/databases.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { IS_LONG } from './form.ts';
import { memoryOf } from './memory.ts';
import { RunLog } from './run-log.ts';

/** Each takes a file descriptor here and one in the server: `ulimit -n` must allow some more than that. */
const STREAMS = IS_LONG ? 10_000 : 500;
const OPENED_AT_ONCE = 100;
const TASKS = 5;
/** Far more than a stream takes (some 10 KB): a buffer for each client would show. */
const MAX_BYTES_EACH = 200 * 1024;

let place: Place;
let log: RunLog;
let server: ServerProcess;
let streams: Stream[] = [];

beforeEach(async () => {
  place = await createPlace('embedded');
  log = new RunLog(join(place.folder, 'log'));
  server = await spawnServer(place, log.env);
});
afterEach(async () => {
  for (const { socket } of streams) socket.destroy();
  streams = [];
  await server?.kill();
  await place?.remove();
});

/** A stream of server-sent events, as bytes on a socket, of which only the last ones are kept. */
class Stream {
  readonly socket: Socket;
  /** Tasks whose success it has told, in this order. */
  readonly succeeded: number[] = [];
  readonly #begun = Promise.withResolvers<void>();
  #text = '';

  constructor({ url, authorization }: ApiClient) {
    const { hostname, port, host } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.setEncoding('utf8');
    this.socket.write(
      `GET /api/v1/Events?State=Succeeded HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\nAuthorization: ${authorization}\r\n\r\n`,
    );
    this.socket.on('data', (chunk: string) => this.#read(chunk));
    this.socket.on('error', (error) => this.#begun.reject(error));
  }

  begun(): Promise<void> {
    return this.#begun.promise;
  }

  #read(chunk: string): void {
    this.#text += chunk;
    if (this.#text.includes(': events after')) this.#begun.resolve();
    const lines = this.#text.split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      const task = /^data: .*"TaskId":(\d+)/.exec(line)?.[1];
      if (task !== undefined) this.succeeded.push(Number(task));
    }
  }
}

test.skipIf(process.platform !== 'linux')(
  `${STREAMS} event streams all hear everything once and in order, and others are served meanwhile`,
  async ({ annotate }) => {
    const admin = await server.admin.withToken(['read', 'write']);
    await admin.ended(await admin.start({ Name: 'short' }));
    const before = memoryOf(server.child.pid);
    while (streams.length < STREAMS) {
      const more = Array.from({ length: OPENED_AT_ONCE }, () => new Stream(admin));
      streams.push(...more);
      await Promise.all(more.map((stream) => stream.begun()));
    }
    const each = (memoryOf(server.child.pid) - before) / STREAMS;
    await annotate(`${Math.round(each / 1024)} KB each`);
    expect(each).toBeLessThan(MAX_BYTES_EACH);

    const ids: number[] = [];
    for (let n = 0; n < TASKS; n += 1) ids.push(await admin.start({ Name: 'short' }));
    for (const id of ids) await admin.ended(id);
    const behind = (): Stream | undefined => streams.find((stream) => stream.succeeded.length < TASKS);
    for (let stream = behind(); stream !== undefined; stream = behind()) await once(stream.socket, 'data');
    const told = streams[0]?.succeeded ?? [];
    expect(told.toSorted((a, b) => a - b)).toEqual(ids);
    for (const stream of streams) expect(stream.succeeded).toEqual(told);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  },
);
