import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorker, defineTask, type Worker } from '../../../src/sdk/index.ts';

/** Log of the worker, one line per call, without the call's own name. */
let calls: string[];
let acquiring: PromiseWithResolvers<ServerResponse>;
/** Responds to the cancellation of a wait; the number counts the requests. */
let onEnd: (answer: ServerResponse, times: number) => void;
let server: Server;
let began: boolean;

const task = {
  Lease: '7.1',
  LeaseSeconds: 30,
  Attempt: 1,
  Failures: 0,
  Losses: 0,
  Task: { Id: 7, Name: 'job' },
  Parameters: {},
  ParentId: null,
  Checkpoint: null,
};

function answer(to: ServerResponse, status: number, body: unknown): void {
  to.writeHead(status, { 'content-type': 'application/json' }).end(
    status === 204 ? undefined : JSON.stringify(body),
  );
}

async function hear(request: IncomingMessage, to: ServerResponse): Promise<void> {
  const call = `${request.method} ${request.url?.replace('/api/v1/Workers', '')}`;
  const [path, query] = call.split('?');
  const name = new URLSearchParams(query).get('Call');
  calls.push(
    path === 'POST /Leases/7.1/Return' ? `${path} ${JSON.stringify(await json(request))}` : `${path}`,
  );
  if (path === 'POST /Definitions') answer(to, 200, []);
  else if (path === 'POST /Acquire') acquiring.resolve(Object.assign(to, { call: name }));
  else if (path === 'DELETE /Acquire') {
    const { call: asked } = (await acquiring.promise) as ServerResponse & { call: string };
    expect(name).toBe(asked);
    onEnd(to, calls.filter((one) => one === path).length);
  } else answer(to, 200, { State: 'New', NextRunInSeconds: 0 });
}

/** A worker with an open long poll. */
async function waitingWorker(graceSeconds = 10): Promise<{ worker: Worker; waiting: ServerResponse }> {
  const job = defineTask({
    name: 'job',
    description: 'For tests',
    run() {
      began = true;
    },
  });
  const { port } = server.address() as AddressInfo;
  const log = pino({ level: 'silent' });
  const worker = createWorker({
    url: `http://127.0.0.1:${port}`,
    token: 'secret',
    tasks: [job],
    graceSeconds,
    log,
  });
  await worker.start();
  return { worker, waiting: await acquiring.promise };
}

beforeEach(async () => {
  calls = [];
  began = false;
  acquiring = Promise.withResolvers();
  server = createServer((request, to) => void hear(request, to)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a worker that stops ends its wait for tasks, and gives back what was on its way', async () => {
  const { worker, waiting } = await waitingWorker();
  onEnd = (to) => {
    answer(to, 204, undefined);
    answer(waiting, 200, { Tasks: [task] });
  };
  await worker.stop();
  await worker.ended;
  expect(calls).toEqual([
    'POST /Definitions',
    'POST /Acquire',
    'DELETE /Acquire',
    'POST /Leases/7.1/Return {"Began":false}',
  ]);
  expect(began).toBe(false);
});

test('the end of a wait is said again until it is heard', async () => {
  const { worker, waiting } = await waitingWorker();
  onEnd = (to, times) => {
    answer(to, 204, undefined);
    if (times === 2) answer(waiting, 200, { Tasks: [] });
  };
  await worker.stop();
  expect(calls).toEqual(['POST /Definitions', 'POST /Acquire', 'DELETE /Acquire', 'DELETE /Acquire']);
});

test('a server that knows no end of a wait gets the connection closed', async () => {
  const { worker, waiting } = await waitingWorker();
  const closed = once(waiting, 'close');
  onEnd = (to) => answer(to, 404, { Message: 'no such call' });
  await worker.stop();
  await closed;
  expect(calls).toEqual(['POST /Definitions', 'POST /Acquire', 'DELETE /Acquire']);
});

test('an answer that does not come within the grace period is not waited for', async () => {
  const { worker, waiting } = await waitingWorker(0.05);
  const closed = once(waiting, 'close');
  onEnd = (to) => answer(to, 204, undefined);
  await worker.stop();
  await closed;
});
