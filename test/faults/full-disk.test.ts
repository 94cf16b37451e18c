import { cp, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, onTestFailed, test } from 'vitest';
import type { Answer, ApiClient } from '../support/api-client.ts';
import { SHORT_LIVED } from '../support/programs.ts';
import { CLI, type ServerProcess, spawnServer } from '../support/server-process.ts';
import { canMount, createSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { HANDLERS } from './run-log.ts';

/* The disk of the embedded database is full: a real file system, of a size that the test chooses. */

const MB = 1024 * 1024;

let disk: SmallDisk;
let server: ServerProcess | undefined;

beforeEach(async () => {
  disk = await createSmallDisk(160);
});
afterEach(async () => {
  server?.child.kill('SIGKILL');
  server = undefined;
  await disk?.remove();
});

/** Starts a server on the small disk. Its files, of which there are none, and its run log are elsewhere. */
async function serve(): Promise<ServerProcess> {
  const place = { env: { BATCHLINE_DATA: join(disk.folder, 'data') } };
  const env = { BATCHLINE_HANDLERS: HANDLERS, FAULTS_FOLDER: disk.folder, LOG_LEVEL: 'error' };
  const started = await spawnServer(place, env, [], disk.entering([process.execPath, ...SHORT_LIVED, CLI]));
  onTestFailed(() => void process.stderr.write(started.output().slice(-5000)));
  return started;
}

/** Puts a database on the disk that has had its first start. */
async function prepare(): Promise<void> {
  const data = join(disk.outside, 'data/postgres');
  await cp(join(inject('embeddedTemplate'), 'postgres'), data, { recursive: true });
}

/** Fills the disk up to so many bytes. */
async function leave(bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(disk.outside);
  await writeFile(join(disk.outside, 'ballast'), Buffer.alloc(bavail * bsize - bytes, 1));
}
const makeRoom = (): Promise<void> => rm(join(disk.outside, 'ballast'));

/** Starts tasks that fill the disk, until one is refused. @returns the ids of the others, and the refusal */
async function fill(admin: ApiClient): Promise<{ acknowledged: number[]; refused: Answer }> {
  const acknowledged: number[] = [];
  for (;;) {
    const text = Array.from({ length: 60_000 }, () => Math.random().toString(36)).join('');
    const answer = await admin.call('POST', '/BatchTask', { Name: 'short', ParameterObject: { text } });
    if (answer.status !== 200) return { acknowledged, refused: answer };
    acknowledged.push(answer.body);
  }
}

describe.skipIf(!canMount())('a full disk under the embedded database (unshare)', () => {
  // The last of the space goes to the tables, or to PostgreSQL's log, which it can't do without.
  test.each([36, 10])(
    "with %i MB left refuses what it can't keep, reads on, and goes on with room",
    async (megabytes) => {
      await prepare();
      server = await serve();
      const { admin, child } = server;
      await admin.ended(await admin.start({ Name: 'short' }));
      const patient = await admin.start({ Name: 'patient' });
      await admin.until(patient, (task) => task.State === 'Started');
      await leave(megabytes * MB);
      const { acknowledged, refused } = await fill(admin);
      expect(refused, refused.text).toMatchObject({
        status: 503,
        body: { Error: true, Message: 'The disk of the database is full; nothing has changed.' },
      });
      expect((await admin.call('PUT', `/BatchTask/${patient}`, { Description: 'refused' })).status).toBe(503);
      expect(await admin.task(patient)).toMatchObject({ State: 'Started', Description: '' });
      expect((await admin.json('GET', '/BatchTask/All')).length).toBe(acknowledged.length + 2);

      // A run that ends meanwhile is written as soon as there is room.
      await writeFile(join(disk.outside, `go-${patient}-1`), '');
      await makeRoom();
      expect(await admin.ended(patient)).toMatchObject({ State: 'Succeeded', Result: 'attempt 1' });
      const after = await admin.start({ Name: 'short' });
      for (const id of [...acknowledged, after])
        expect(await admin.ended(id)).toMatchObject({ State: 'Succeeded' });
      expect(child.exitCode).toBeNull();
      await server.kill();

      server = await serve();
      for (const id of [...acknowledged, patient, after])
        expect(await server.admin.task(id)).toMatchObject({ State: 'Succeeded' });
      expect(await server.stop()).toBe(0);
    },
  );

  test('refuses to start, with the reason, if there is no space', async () => {
    await leave(10 * MB);
    await expect(serve()).rejects.toThrow(/BATCHLINE_DATA: .* less than 32 MB left/);
  });
});
