import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlace, type Place } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { HandWorker } from '../workers/protocol-client.ts';

const SECRET = 'not-to-be-read';

let place: Place;
let server: TestServer;
beforeAll(async () => {
  place = await createPlace('embedded');
  const input = join(place.folder, 'input');
  await mkdir(join(input, 'inside'), { recursive: true });
  await mkdir(join(place.folder, 'input-beside'));
  for (const path of ['outside.csv', 'input-beside/beside.csv'])
    await writeFile(join(place.folder, path), `a\n${SECRET}\n`);
  for (const path of ['input/good.csv', 'input/inside/good.csv'])
    await writeFile(join(place.folder, path), 'a\nfine\n');
  await symlink(join(place.folder, 'outside.csv'), join(input, 'link.csv'));
  await symlink('..', join(input, 'up'));
  await symlink('inside/good.csv', join(input, 'good-link.csv'));
  await symlink('round', join(input, 'round'));
  server = await startTestServer('embedded', { place, env: { BATCHLINE_INPUT_DIR: input } });
});
afterAll(async () => {
  await server?.stop();
  await place?.remove();
});

let tables = 0;
const importOf = async (file: string) => {
  tables += 1;
  const ParameterObject = { file, table: `of_path_${tables}`, columns: [{ name: 'a', type: 'text' }] };
  const started = await server.admin.call('POST', '/BatchTask', { Name: 'csv-import', ParameterObject });
  return started.status === 200
    ? server.admin.ended(started.body)
    : { State: 'Refused', Result: started.text };
};

describe('an input file', () => {
  test.each(['good.csv', './inside/../good.csv', 'inside/good.csv', 'good-link.csv'])(
    'inside of the folder is read: %s',
    async (name) => {
      expect(await importOf(name)).toMatchObject({
        State: 'Succeeded',
        Result: expect.stringContaining('"loaded":1'),
      });
    },
  );

  test('outside of it is not, however it is named, and where it lies is not told', async () => {
    const names = [
      '../outside.csv',
      'inside/../../outside.csv',
      '../input-beside/beside.csv',
      join(place.folder, 'outside.csv'),
      '/etc/passwd',
      'file:///etc/passwd',
      'link.csv',
      'up/outside.csv',
      'round',
      '..',
      '.',
      'inside',
      'good.csv/x',
      'good.csv\0',
      '..\\outside.csv',
      '%2e%2e/outside.csv',
      '..%2foutside.csv',
      'C:\\outside.csv',
      '~/outside.csv',
      `${'x'.repeat(300)}.csv`,
      'upload:../../outside.csv',
      'upload:00000000-0000-4000-8000-000000000000/../../outside.csv',
    ];
    const results = await Promise.all(names.map(importOf));
    for (const [index, { State, Result }] of results.entries()) {
      expect(['Failed', 'Refused'], `${names[index]}: ${Result}`).toContain(State);
      expect(Result).not.toContain(SECRET);
      if (!names[index]?.startsWith(place.folder)) expect(Result, names[index]).not.toContain(place.folder);
    }
  });
});

describe('the name of a file', () => {
  const names = [
    '../escaped',
    '..',
    '.',
    '/tmp/escaped',
    'a/b',
    'a\\b',
    '..\\escaped',
    'a\0b',
    'x'.repeat(261),
  ];

  test.each(names)('that could lead elsewhere is refused for uploads and results: %j', async (name) => {
    const query = encodeURIComponent(name);
    const upload = await server.admin.call('POST', `/Uploads?Name=${query}`, 'x', {
      'Content-Type': 'text/csv',
    });
    expect(upload.status).toBe(400);
    const worker = new HandWorker(server.admin);
    await worker.declare({ Name: 'with-file', LeaseSeconds: 3600 });
    await server.admin.start({ Name: 'with-file' });
    const { Lease, Task } = await worker.next('with-file');
    const digest = 'sha-256=:LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=:'; // of "x"
    expect((await worker.file(Lease, query, 'x', { 'Content-Digest': digest })).status).toBe(400);
    expect(await server.admin.task(Task.Id)).toMatchObject({ FileName: '' });
    await worker.on(Lease, 'Succeed');
    expect(await readdir(place.folder)).not.toContain('escaped');
  });

  test('that a start gives is shown and leads nowhere', async () => {
    const id = await server.admin.start({
      Name: 'table-export',
      FileName: '../../outside.csv',
      ParameterObject: {},
    });
    const done = await server.admin.ended(id);
    const file = await server.admin.call('GET', `/BatchTask/${id}/File`);
    expect(done.State).toBe('Succeeded');
    expect(file.text).not.toContain(SECRET);
    const other = await server.admin.start({
      Name: 'countdown',
      FileName: '../../outside.csv',
      ParameterObject: { seconds: 0 },
    });
    await server.admin.ended(other);
    expect((await server.admin.call('GET', `/BatchTask/${other}/File`)).status).toBe(404);
  });
});

test.each([
  '/assets/../../../package.json',
  '/assets/..%2f..%2f..%2fpackage.json',
  '/assets/%2e%2e/%2e%2e/package.json',
  '/assets/..\\..\\package.json',
  '/assets/..%5c..%5cpackage.json',
  '/assets/%00',
  '/assets//etc/passwd',
  '/../package.json',
  '/assets/',
])('the files of the page are the page’s alone: %s', async (path) => {
  // By hand, because clients mend such paths before they send them.
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 (404|400) /);
  expect(answer).not.toContain('"devDependencies"');
});
