import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { EmbeddedDatabase } from '../../src/db/pglite/connect.ts';
import { serverSetting } from '../../src/db/sql.ts';
import { createPlace, type Place } from '../support/databases.ts';
import { runCli } from '../support/run-cli.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { startTestServer } from '../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/model-handlers.ts');

describe('the embedded database', () => {
  test('forces every acknowledged start, PUT, stop, upload and deletion to the disk', async () => {
    // The only thread is taken, so that the server itself writes nothing meanwhile.
    const server = await startTestServer('embedded', {
      env: { BATCHLINE_HANDLERS: HANDLERS, BATCHLINE_THREAD_POOL_SIZE: '1', BATCHLINE_LEASE_SECONDS: '3600' },
    });
    try {
      const { admin } = server;
      const blocker = await admin.start({ Name: 'thread-blocker' });
      await admin.until(blocker, (task) => task.State === 'Started');
      const database = server.database as EmbeddedDatabase;
      expect(await serverSetting(database.sql, 'wal_compression')).toBe('pglz');
      /** Number of disk writes before the response. */
      const syncsOf = async (method: string, path: string, body?: unknown): Promise<number> => {
        const before = database.syncs();
        const headers = typeof body === 'string' ? { 'Content-Type': 'text/plain' } : {};
        const answer = await admin.call(method, path, body, headers);
        expect(answer.status, answer.text).toBeLessThan(300);
        return database.syncs() - before;
      };
      expect(await syncsOf('GET', `/BatchTask/${blocker}`)).toBe(0);
      for (let round = 0; round < 10; round += 1) {
        expect(await syncsOf('POST', '/BatchTask', { Name: 'parked' }), 'start').toBeGreaterThan(0);
        const id = blocker + 1 + round;
        const texts = { Description: `${round}` };
        expect(await syncsOf('PUT', `/BatchTask/${id}`, texts), 'PUT').toBeGreaterThan(0);
        const move = { State: 'Aquired', Response: 'x' };
        expect(await syncsOf('PUT', `/BatchTask/${id}`, move), 'PUT of State').toBeGreaterThan(0);
        expect(await syncsOf('POST', `/BatchTask/${id}/Stop`), 'stop').toBeGreaterThan(0);
        expect(await syncsOf('POST', '/Uploads?Name=a.txt', 'content'), 'upload').toBeGreaterThan(0);
        expect(await syncsOf('DELETE', `/BatchTask/${id}`), 'deletion').toBeGreaterThan(0);
      }
    } finally {
      await server.stop();
    }
  });
});

describe('the data folder', () => {
  let place: Place;
  let servers: ServerProcess[] = [];
  afterEach(async () => {
    for (const { child } of servers) if (child.exitCode === null && child.signalCode === null) child.kill(9);
    servers = [];
    await place.remove();
  });

  test('is refused to a second server and to the command line, with one line that names the holder', async () => {
    place = await createPlace('embedded');
    const holder = await spawnServer(place);
    servers.push(holder);
    for (const args of [['serve'], ['migrate']]) {
      const second = await runCli(args, place.env);
      expect(second, second.stderr).toMatchObject({ code: 1, stdout: '' });
      expect(second.stderr.trimEnd().split('\n')).toEqual([
        expect.stringMatching(
          new RegExp(
            `^batchline: The folder ${place.env.BATCHLINE_DATA} is in use by process ${holder.child.pid} on `,
          ),
        ),
      ]);
    }
    // The holder has not noticed.
    expect(await holder.admin.json('GET', '/BatchTask/All')).toEqual([]);
    expect(await holder.stop()).toBe(0);
    expect(await runCli(['user', 'list'], place.env)).toMatchObject({ code: 0 });
  });

  test('opens again at once after a kill -9, with everything that was acknowledged', async () => {
    place = await createPlace('embedded');
    const first = await spawnServer(place);
    servers.push(first);
    const id = await first.admin.start({ Name: 'countdown', ParameterObject: { seconds: '3600' } });
    await first.admin.json('PUT', `/BatchTask/${id}`, { Description: 'acknowledged' });
    await first.kill();
    const second = await spawnServer(place);
    servers.push(second);
    expect(await second.admin.task(id)).toMatchObject({ Id: id, Description: 'acknowledged' });
    expect(await second.stop()).toBe(0);
  });
});
