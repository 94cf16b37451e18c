import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkAttempts, checkChain, readContents, storyOf } from '../faults/inspect.ts';
import { DATABASES } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/model-handlers.ts');
const TASKS = 24;
const ROUNDS = 3;
const CLAIM_ROUNDS = 2;

/** The cause of the end of a run, from the reason in the history. */
function winnerOf(reason: string): 'PUT' | 'Stop' | 'run' {
  if (reason.startsWith('Set to')) return 'PUT';
  return reason.startsWith('Stopped by') ? 'Stop' : 'run';
}

describe.each(DATABASES)('at the same moment on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: { BATCHLINE_HANDLERS: HANDLERS, BATCHLINE_CONCURRENCY: '100' },
    });
  });
  afterAll(() => server?.stop());

  /** Starts tasks and waits until the server runs them. */
  const running = async (): Promise<number[]> => {
    const start = async (): Promise<number> => {
      const id = await server.admin.start({
        Name: 'waiting',
        ParameterObject: { folder: server.place.folder },
      });
      await server.admin.until(id, (task) => task.State === 'Started');
      return id;
    };
    return Promise.all(Array.from({ length: TASKS }, start));
  };
  const word = (id: number, attempt: number): Promise<void> =>
    writeFile(join(server.place.folder, `${id}-${attempt}`), 'return');

  test('a PUT of State, a Stop and the end of the run: exactly one of them ends the run', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const ids = await running();
      await Promise.all(
        ids.map(async (id, n) => {
          const State = n % 2 === 0 ? 'Succeeded' : 'Failed';
          const texts = { Description: `d ${id}`, Response: `r ${id}`, Request: `q ${id}` };
          const put = () => server.admin.call('PUT', `/BatchTask/${id}`, { State, ...texts });
          const stop = () => server.admin.call('POST', `/BatchTask/${id}/Stop`);
          const end = () => word(id, 1);
          // Each leads in some tasks, and one of them stays away in most, so that each wins somewhere.
          const racers = [put, stop, end].filter((_, index) => index !== n % 4);
          const lined = n % 3 === 0 ? racers.reverse() : racers;
          const answers = new Map(
            await Promise.all(lined.map(async (racer) => [racer, await racer()] as const)),
          );
          const task = await server.admin.ended(id);

          const story = storyOf(await readContents(server.database), id);
          checkChain(story);
          checkAttempts(story);
          expect(story.audit.map((entry) => entry.to)).toEqual(['New', 'Aquired', 'Started', task.State]);
          const winner = winnerOf(story.audit.at(-1)?.reason ?? '');
          expect(task).toMatchObject(
            {
              PUT: { State, Result: '' },
              Stop: { State: 'Failed', Result: expect.stringContaining('Stopped by') },
              run: { State: 'Succeeded', Result: 'It has run.' },
            }[winner],
          );
          // A PUT that answers 200 has written everything, one that answers 409 nothing.
          const status = answers.get(put)?.status;
          expect([200, 409, undefined]).toContain(status);
          expect(task).toMatchObject(status === 200 ? texts : { Description: '', Response: '', Request: '' });
          if (winner === 'PUT') expect(status).toBe(200);
          if (winner === 'Stop') expect(answers.get(stop)).toMatchObject({ status: 200, body: true });
          else if (answers.has(stop)) expect(answers.get(stop)?.status).toBe(200);
        }),
      );
    }
  });

  test('a task that is stopped or set while it is being claimed ends once, and no call fails', async () => {
    const take = async (n: number): Promise<void> => {
      const id = await server.admin.start({
        Name: 'waiting',
        ParameterObject: { folder: server.place.folder },
      });
      const answer = await (n % 2 === 0
        ? server.admin.call('POST', `/BatchTask/${id}/Stop`)
        : server.admin.call('PUT', `/BatchTask/${id}`, { State: 'Failed' }));
      expect(answer.status, answer.text).toBe(200);
      await server.admin.ended(id);
    };
    for (let round = 0; round < CLAIM_ROUNDS; round += 1)
      await Promise.all(Array.from({ length: 2 * TASKS }, (_, n) => take(n)));
  });

  test('a task that is handed back and claimed here again has one active run; the first one ends', async () => {
    const ids = await running();
    for (let attempt = 2; attempt <= 4; attempt += 1) {
      await Promise.all(ids.map((id) => server.admin.json('PUT', `/BatchTask/${id}`, { State: 'New' })));
      await Promise.all(
        ids.map((id) =>
          server.admin.until(id, (task) => task.State === 'Started' && task.StartCount === attempt),
        ),
      );
    }
    await Promise.all(ids.map((id) => word(id, 4)));
    for (const id of ids)
      expect(await server.admin.ended(id)).toMatchObject({ State: 'Succeeded', StartCount: 4 });
    // 24 tasks had 4 runs each; all of the 100 slots are free again only where each first run has heard that it ended.
    const more = [...(await running()), ...(await running()), ...(await running()), ...(await running())];
    expect(new Set(more).size).toBe(4 * TASKS);
    await Promise.all(more.map((id) => server.admin.json('POST', `/BatchTask/${id}/Stop`)));
  });
});
