import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CallRefused, createWorker, defineTask, type Worker } from '../../../src/sdk/index.ts';
import { DATABASES } from '../../support/databases.ts';
import { lacks } from '../../support/programs.ts';
import { CLI } from '../../support/server-process.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { spawnWorker } from '../../support/worker-process.ts';
import {
  badProgress,
  compute,
  flaky,
  oddEndInline,
  permanent,
  stubborn,
  wait,
} from '../fixtures/handlers.ts';
import { ODD_ENDS } from '../fixtures/odd-ends.ts';
import { services, steps, writer } from './fixtures/handlers.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');
const EXAMPLES = resolve(import.meta.dirname, '../../../examples');
const TASKS = [badProgress, flaky, oddEndInline, permanent, stubborn, wait, services, steps, writer];
const NAMES = [...TASKS.map((task) => task.name), 'word-count', 'find-hash'];
const log = pino({ level: 'silent' });

describe.each(DATABASES)('workers outside the server on %s', (kind) => {
  let server: TestServer;
  let token: string;
  const workers: Worker[] = [];
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { BATCHLINE_LEASE_SECONDS: '3' } });
    const made = await server.admin.json('POST', '/Tokens', {
      Name: 'workers',
      Scopes: ['worker'],
      Definitions: NAMES,
    });
    token = made.Token;
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  });
  afterAll(() => server?.stop());

  async function startWorker(options: Partial<Parameters<typeof createWorker>[0]> = {}): Promise<Worker> {
    const worker = createWorker({ url: server.url, token, tasks: TASKS, graceSeconds: 1, log, ...options });
    workers.push(worker);
    await worker.start();
    return worker;
  }

  /** Starts a worker's process for this server; it is killed after the test at the latest. */
  async function startProcess(command: string, args: string[], env: Record<string, string> = {}) {
    const address = { BATCHLINE_URL: server.url, BATCHLINE_TOKEN: token };
    const worker = await spawnWorker(command, args, { ...address, ...env });
    children.push(worker.child);
    return worker;
  }

  test('are listed with version, slots and tasks', async () => {
    const worker = await startWorker({ name: 'box: 7', version: '4.5.6', concurrency: 3 });
    const id = await server.admin.start({ Name: 'wait' });
    await server.admin.until(id, (task) => task.State === 'Started');
    const listed = await server.admin.json('GET', '/Workers?Definition=wait');
    expect(listed).toMatchObject([
      {
        Kind: 'Remote',
        Name: 'box: 7',
        AssociateId: 1,
        Version: '4.5.6',
        Slots: 3,
        Running: 1,
        Tasks: [{ Id: id }],
      },
    ]);
    await worker.stop();
    await server.admin.json('POST', `/BatchTask/${id}/Stop`);
  });

  test('end runs immediately, with any result, error and progress', async () => {
    await startWorker();
    const progress = await server.admin.start({ Name: 'bad-progress' });
    const started = await Promise.all(
      Object.entries(ODD_ENDS).map(async ([how, { state, result }]) => {
        const id = await server.admin.start({ Name: 'odd-end', ParameterObject: { how } });
        return { how, id, state, result };
      }),
    );
    for (const { how, id, state, result } of started) {
      const { State, StartCount, Result } = await server.admin.ended(id);
      expect({ how, State, StartCount }).toEqual({ how, State: state, StartCount: 1 });
      expect({ how, Result: Result.slice(-200) }).toEqual({ how, Result: expect.stringMatching(result) });
    }
    expect((await server.admin.ended(progress)).State).toBe('Succeeded');
  });

  test('run what runs inside the server: retries with checkpoints, permanent errors, results', async () => {
    await startWorker();
    const ids = [
      await server.admin.start({ Name: 'flaky', ParameterObject: { succeedAt: '3' } }),
      await server.admin.start({ Name: 'permanent' }),
      await server.admin.start({ Name: 'steps', ParameterObject: { steps: '3' } }),
      await server.admin.start({ Name: 'services' }),
    ];
    const [first, second, third, fourth] = await Promise.all(ids.map((id) => server.admin.ended(id)));
    expect(first).toMatchObject({ State: 'Succeeded', StartCount: 3, Result: 'attempt 3, checkpoint 3' });
    expect(second).toMatchObject({ State: 'Failed', StartCount: 1, Result: 'nothing helps\uFFFDhere' });
    expect(third).toMatchObject({
      State: 'Succeeded',
      Result: '{"from":0,"attempt":1}',
      ProgressPercent: 100,
      ProgressDescription: 'Step 3',
    });
    expect(fourth).toMatchObject({
      State: 'Failed',
      StartCount: 1,
      Result: expect.stringContaining('external worker'),
    });
  });

  test('log lines and the result file come to the task', async () => {
    await startWorker();
    const id = await server.admin.start({ Name: 'writer' });
    expect(await server.admin.ended(id)).toMatchObject({ Result: 'written', FileName: 'out.txt' });
    expect((await server.admin.call('GET', `/BatchTask/${id}/File`)).text).toBe(`task ${id}`);
    const lines = await server.admin.json('GET', `/BatchTask/${id}/Log`);
    expect(lines.slice(-2)).toMatchObject([
      { Level: 'info', Message: `writing {"task":${id},"name":"writer"}` },
      { Level: 'warn', Message: 'nearly done' },
    ]);
  });

  test('a stop is heard at once, also by a run that does not end by it', async () => {
    await startWorker();
    for (const name of ['wait', 'stubborn']) {
      const id = await server.admin.start({ Name: name });
      await server.admin.until(id, (task) => task.State === 'Started');
      expect(await server.admin.json('POST', `/BatchTask/${id}/Stop`)).toBe(true);
      expect(await server.admin.ended(id)).toMatchObject({
        State: 'Failed',
        Result: expect.stringMatching(/^Stopped by admin/),
      });
    }
  });

  test('a worker that stops hands back its tasks, and another continues', async () => {
    const began = Promise.withResolvers<void>();
    const told = defineTask({
      ...wait,
      run(ctx) {
        began.resolve();
        return wait.run(ctx);
      },
    });
    const first = await startWorker({ concurrency: 2, tasks: [told] });
    const id = await server.admin.start({ Name: 'wait' });
    await began.promise;
    await first.stop();
    await first.ended;
    expect(await server.admin.task(id)).toMatchObject({ State: 'New', StartCount: 1 });
    const audit = await server.admin.json('GET', `/BatchTask/${id}/Audit`);
    expect(audit.at(-1).Reason).toBe('Returned to the queue by its worker.');
    await startWorker();
    await server.admin.until(id, (task) => task.StartCount === 2);
    await server.admin.json('POST', `/BatchTask/${id}/Stop`);
    await server.admin.ended(id);
  });

  test('a run whose task is taken away ends, and what it does is not recorded', async () => {
    const ended = Promise.withResolvers<unknown>();
    const taken = defineTask({
      ...wait,
      async run(ctx) {
        await once(ctx.signal, 'abort');
        ended.resolve(ctx.signal.reason);
        await expect(ctx.checkpoint('late')).rejects.toMatchObject({ reason: 'lost' });
        return 'late';
      },
    });
    await startWorker({ tasks: [taken] });
    const id = await server.admin.start({ Name: 'wait' });
    await server.admin.until(id, (task) => task.State === 'Started');
    await server.admin.json('PUT', `/BatchTask/${id}`, { State: 'Failed', Response: 'by hand' });
    expect(await ended.promise).toMatchObject({ reason: 'lost' });
    await workers.at(-1)?.stop();
    expect(await server.admin.task(id)).toMatchObject({ State: 'Failed', Response: 'by hand', Result: '' });
  });

  test('unsupported options are refused when the worker is created or started', async () => {
    const make = (options: object) => () =>
      createWorker({ url: server.url, token, tasks: TASKS, log, ...options });
    expect(make({ tasks: [] })).toThrow('at least one definition');
    expect(make({ tasks: [wait, wait] })).toThrow('two definitions called "wait"');
    expect(make({ tasks: [compute] })).toThrow('isolate: thread');
    expect(make({ concurrency: 0 })).toThrow('concurrency is 0');
    await expect(make({ token: 'wrong' })().start()).rejects.toMatchObject({ status: 401 });
    const other = defineTask({ name: 'other', description: 'not in the token', run: () => undefined });
    await expect(make({ tasks: [other] })().start()).rejects.toThrow(CallRefused);
  });

  test('a process that is killed (-9) loses its task to another, which continues from the checkpoint', async () => {
    const command = [process.execPath, [CLI, 'work'], { BATCHLINE_HANDLERS: HANDLERS }] as const;
    const first = await startProcess(command[0], [...command[1]], command[2]);
    const id = await server.admin.start({ Name: 'steps', ParameterObject: { steps: 8, ms: 200 } });
    await server.admin.until(id, (task) => task.ProgressPercent >= 25);
    await first.end('SIGKILL');
    const second = await startProcess(command[0], [...command[1]], command[2]);
    const task = await server.admin.ended(id);
    expect(task).toMatchObject({ State: 'Succeeded', StartCount: 2 });
    const result = JSON.parse(task.Result);
    expect(result.attempt).toBe(2);
    expect(result.from).toBeGreaterThanOrEqual(2);
    const audit = await server.admin.json('GET', `/BatchTask/${id}/Audit`);
    expect(audit[3].Reason).toMatch(/^Worker worker:1:.* was lost\.$/);
    expect(await second.end('SIGTERM')).toBe(0);
    expect(second.output()).toContain('Stopped.');
  });

  test('the example in TypeScript', async () => {
    const example = await startProcess(process.execPath, [join(EXAMPLES, 'remote-worker/worker.ts')]);
    const id = await server.admin.start({
      Name: 'find-hash',
      ParameterObject: { text: 'hello', zeros: '3' },
    });
    const task = await server.admin.ended(id);
    expect(task.State).toBe('Succeeded');
    const { number, hash } = JSON.parse(task.Result);
    expect(hash).toMatch(/^000/);
    expect((await server.admin.call('GET', `/BatchTask/${id}/File`)).text).toBe(`hello${number} ${hash}\n`);
    expect(await example.end('SIGTERM')).toBe(0);
  });

  describe.skipIf(lacks('python3'))('the example in Python (needs python3)', () => {
    const start = () => startProcess('python3', [join(EXAMPLES, 'python-worker/word_count.py')]);
    const text = 'to be or\nnot to be\nthat is\nthe question';

    test('runs a task with checkpoint, progress, log, file and result', async () => {
      const python = await start();
      const id = await server.admin.start({ Name: 'word-count', ParameterObject: { text } });
      expect(await server.admin.ended(id)).toMatchObject({
        State: 'Succeeded',
        Result: '{"lines":4,"words":10}',
        FileName: 'words.csv',
        ProgressDescription: '4 of 4 lines',
      });
      const file = await server.admin.call('GET', `/BatchTask/${id}/File`);
      expect(file.text).toContain('be,2\r\n');
      const lines = await server.admin.json('GET', `/BatchTask/${id}/Log`);
      expect(lines.map((line: { Message: string }) => line.Message)).toEqual([
        '8 different words in 4 lines',
      ]);
      const empty = await server.admin.start({ Name: 'word-count', ParameterObject: { text: '' } });
      expect(await server.admin.ended(empty)).toMatchObject({
        State: 'Failed',
        Result: expect.stringContaining('The text is empty'),
      });
      expect(await python.end('SIGTERM')).toBe(0);
    });

    test('hands its task back when it is stopped, and another continues from the checkpoint', async () => {
      const first = await start();
      const id = await server.admin.start({
        Name: 'word-count',
        ParameterObject: { text, pause: '0.4' },
      });
      const begun = sql`select 1 from batchline.task where id = ${id} and checkpoint is not null`;
      while ((await begun.execute(server.database.sql)).rows.length === 0) await delay(20);
      expect(await first.end('SIGTERM')).toBe(0);
      expect(await server.admin.task(id)).toMatchObject({ State: 'New' });
      await start();
      expect(await server.admin.ended(id)).toMatchObject({
        State: 'Succeeded',
        StartCount: 2,
        Result: '{"lines":4,"words":10}',
      });
    });
  });
});
