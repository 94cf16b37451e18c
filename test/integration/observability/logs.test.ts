import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPlace, type Place } from '../../support/databases.ts';
import { type ServerProcess, spawnServer } from '../../support/server-process.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

type Line = Readonly<Record<string, unknown>>;

let place: Place;
let server: ServerProcess;
beforeAll(async () => {
  place = await createPlace('embedded');
  server = await spawnServer(place, {
    BATCHLINE_HANDLERS: HANDLERS,
    LOG_LEVEL: 'debug',
    BATCHLINE_MONITORING_PORT: '0',
    BATCHLINE_METRICS: 'off',
    BATCHLINE_SHUTDOWN_GRACE_SECONDS: '600',
  });
});
afterAll(async () => {
  await server?.kill();
  await place?.remove();
});

/** The lines of the log with these fields, once there are any. */
async function lines(fields: Line): Promise<Line[]> {
  for (;;) {
    const found = server
      .output()
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => Object.entries(fields).every(([name, value]) => line[name] === value));
    if (found.length > 0) return found;
    await delay(20);
  }
}

test('every line of a run names its task, and the request that has started it leads there', async () => {
  const { admin } = server;
  const started = await admin.call(
    'POST',
    '/BatchTask',
    { Name: 'failing', ParameterObject: { times: 1 }, DatabaseSerialNumber: 'Cust7' },
    { 'X-Request-Id': 'order/4711', traceparent: `00-${TRACE}-00f067aa0ba902b7-01` },
  );
  expect(started.headers.get('x-request-id')).toBe('order/4711');
  const taskId = started.body;
  await admin.ended(taskId);

  const [start] = await lines({ requestId: 'order/4711', event: 'task.started' });
  expect(start).toMatchObject({ taskId, trace_id: TRACE });
  const [answered] = await lines({ requestId: 'order/4711', event: 'request.completed' });
  expect(answered).toMatchObject({
    method: 'POST',
    route: '/api/v1/BatchTask',
    status: 200,
    trace_id: TRACE,
  });

  const [ended] = await lines({ taskId, event: 'run.ended', attempt: 2 });
  expect(ended).toMatchObject({ outcome: 'returned', state: 'Succeeded' });
  const ofRuns = (await lines({ taskId })).filter((line) => line.requestId === undefined);
  expect(ofRuns.map((line) => [line.attempt, line.event])).toEqual([
    [1, 'run.started'],
    [1, 'task.log'],
    [1, 'run.failed'],
    [1, 'run.ended'],
    [2, 'run.started'],
    [2, 'task.log'],
    [2, 'run.ended'],
  ]);
  for (const line of ofRuns)
    expect(line).toMatchObject({ definition: 'failing', tenant: 'Cust7', trace_id: TRACE });
  expect(ofRuns[1]).toMatchObject({ msg: 'about to fail or not', step: 1, level: 30 });
});

test('BATCHLINE_METRICS=off disables metrics on both ports', async () => {
  const [line] = await lines({ event: 'monitoring.started' });
  for (const url of [server.url, line?.url]) expect((await fetch(`${url}/metrics`)).status).toBe(404);
});

test('a request without an id that a log can hold gets one', async () => {
  for (const given of [undefined, '', 'two words', 'x'.repeat(129), 'a"b']) {
    const headers: Record<string, string> = given === undefined ? {} : { 'X-Request-Id': given };
    const answer = await fetch(`${server.url}/api/v1/BatchTask/1`, { headers });
    expect(answer.status).toBe(401);
    const id = answer.headers.get('x-request-id') ?? '';
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await lines({ requestId: id })).toHaveLength(1);
  }
});

test('while it stops it is alive and not ready, until its runs have ended', async () => {
  const monitoring = String((await lines({ event: 'monitoring.started' }))[0]?.url);
  const release = join(place.folder, 'release');
  const id = await server.admin.start({ Name: 'held', ParameterObject: { release } });
  await server.admin.until(id, (task) => task.State === 'Started');
  const stopped = server.stop();
  let answer: Response;
  do answer = await fetch(`${monitoring}/health/ready`);
  while (answer.status === 200);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ Status: 'not ready', Reason: 'The server is stopping.' });
  expect((await fetch(`${monitoring}/health/live`)).status).toBe(200);
  await writeFile(release, '');
  expect(await stopped).toBe(0);
});
