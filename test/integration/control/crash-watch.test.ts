import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LostRun } from '../../../src/db/queries/queue-claim.ts';
import { inTransaction } from '../../../src/db/transaction.ts';
import { CrashWatch } from '../../../src/queue/rescuer.ts';
import { DATABASES } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const lostBy = (leaseOwner: string, name: string): LostRun => ({ leaseOwner, name }) as LostRun;

describe.each(DATABASES)('crashes on %s', (kind) => {
  let server: TestServer;
  let watch: CrashWatch;
  let processes = 0;
  beforeAll(async () => {
    server = await startTestServer(kind);
    watch = new CrashWatch(server.database, pino({ level: 'silent' }));
  });
  afterAll(() => server?.stop());

  /** Processes that end while they run these definitions. */
  async function crash(times: number, ...names: string[]): Promise<void> {
    for (let time = 0; time < times; time += 1) await lose(`process ${processes++}`, ...names);
  }

  async function lose(owner: string, ...names: string[]): Promise<void> {
    const runs = names.map((name) => lostBy(owner, name));
    await inTransaction(server.database, (trx) => watch.note(trx, runs));
  }

  const definition = (name: string) => server.admin.json('GET', `/Definitions/${name}`);

  test('of one definition pause it after four in a row, also when other processes have counted some', async () => {
    await crash(3, 'http-requests', 'http-requests');
    watch = new CrashWatch(server.database, pino({ level: 'silent' }));
    await watch.start();
    expect(await definition('http-requests')).toMatchObject({ Paused: false, PausedReason: null });
    await crash(1, 'http-requests');
    expect(await definition('http-requests')).toMatchObject({
      Paused: true,
      PausedBy: 0,
      PausedReason: 'It crashed its process 4 times in a row.',
    });
    expect(await server.admin.json('GET', '/Definitions/http-requests/Audit')).toMatchObject([
      { Action: 'Pause', ActorId: 0 },
    ]);
  });

  test('begin again after a run that ended', async () => {
    await crash(3, 'countdown');
    await watch.noteEnd('countdown');
    await crash(3, 'countdown');
    expect(await definition('countdown')).toMatchObject({ Paused: false });
  });

  test('of several definitions, of workers outside, and the same one in several batches do not count', async () => {
    await crash(4, 'csv-import', 'table-export');
    for (let time = 0; time < 4; time += 1) await lose('worker:1:host', 'csv-import');
    for (let time = 0; time < 4; time += 1) await lose('one process', 'csv-import');
    expect(await definition('csv-import')).toMatchObject({ Paused: false });
    expect(await definition('table-export')).toMatchObject({ Paused: false });
  });
});
