import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../../src/db/pglite/connect.ts';
import { DataFolder, MARKER, POSTGRES_MAJOR } from '../../../src/db/pglite/data-folder.ts';
import { createEmptyPlace, createPlace, type Place } from '../../support/databases.ts';
import { runCli } from '../../support/run-cli.ts';
import { CLI, PROCESS_ENV } from '../../support/server-process.ts';

const LOG = pino({ level: 'silent' });

let place: Place;
let data: string;
afterEach(() => place.remove());

const open = async (): Promise<void> => (await openEmbedded(data, LOG)).close();
const marker = (): Record<string, unknown> => JSON.parse(readFileSync(join(data, MARKER), 'utf8'));
/** Every entry of the database with its size and time of change: what a write would alter. */
async function snapshot(): Promise<string[]> {
  const names = await readdir(data, { recursive: true });
  return Promise.all(
    names.sort().map(async (name) => {
      const { size, mtimeMs, mode } = await stat(join(data, name));
      return `${name} ${size} ${mtimeMs} ${mode}`;
    }),
  );
}
const inDatabase = (...path: string[]): string => join(data, 'postgres', ...path);
const emptyFile = (bytes: number): Buffer => Buffer.alloc(bytes);
const firstSegment = (): string =>
  inDatabase('pg_wal', readdirSync(inDatabase('pg_wal')).find((name) => name.startsWith('0')) ?? '');

/** The files of every complete database, without their content. */
const PARTS = ['PG_VERSION', 'postgresql.conf', 'global/pg_control', 'global/pg_filenode.map'];
const MORE_PARTS = [
  'base/5/pg_filenode.map',
  'base/5/PG_VERSION',
  `pg_wal/${'0'.repeat(24)}`,
  'pg_xact/0000',
];

describe('a folder that holds something other than a whole database', () => {
  beforeEach(async () => {
    place = await createEmptyPlace('embedded');
    data = place.env.BATCHLINE_DATA ?? '';
    for (const part of [...PARTS, ...MORE_PARTS, 'pg_multixact/0']) {
      await mkdir(join(inDatabase(part), '..'), { recursive: true });
      writeFileSync(inDatabase(part), part === 'PG_VERSION' ? `${POSTGRES_MAJOR}\n` : '');
    }
    DataFolder.check(data); // whole, as far as this goes
  });

  test.each<[string, RegExp, () => void]>([
    [
      'no PG_VERSION',
      /not a complete database \(PG_VERSION is missing\)/,
      () => rmSync(inDatabase('PG_VERSION')),
    ],
    [
      'another PostgreSQL',
      /is a database of PostgreSQL 15, and this program needs 18/,
      () => writeFileSync(inDatabase('PG_VERSION'), '15\n'),
    ],
    ['no pg_control', /global\/pg_control is missing/, () => rmSync(inDatabase('global/pg_control'))],
    ['no log', /the WAL in pg_wal is missing/, () => rmSync(firstSegment())],
    [
      'no tables',
      /base\/5\/pg_filenode.map is missing/,
      () => rmSync(inDatabase('base/5'), { recursive: true }),
    ],
    ['no transaction states', /pg_xact is missing/, () => rmSync(inDatabase('pg_xact'), { recursive: true })],
    ['no settings', /postgresql.conf is missing/, () => rmSync(inDatabase('postgresql.conf'))],
    ['only other files', /PG_VERSION is missing/, onlyOtherFiles],
    [
      'a running server',
      /belongs to a PostgreSQL server \(it has postmaster.opts\)/,
      () => writeFileSync(inDatabase('postmaster.opts'), '1'),
    ],
    [
      'the data folder of a server',
      /is the data folder of a PostgreSQL server/,
      () => writeFileSync(join(data, 'PG_VERSION'), '18'),
    ],
    [
      'a lost database',
      /is missing, but .*database\.json records one/,
      () => {
        rmSync(inDatabase(), { recursive: true });
        writeFileSync(join(data, MARKER), JSON.stringify({ format: 1, state: 'closed' }));
      },
    ],
    [
      'a newer marker',
      /was written by a newer program \(9\.0\.0\)/,
      () => writeFileSync(join(data, MARKER), '{"format":2,"version":"9.0.0"}'),
    ],
  ])('%s: is refused and not touched', async (_, message, damage) => {
    damage();
    const before = await snapshot();
    await expect(open()).rejects.toThrow(message);
    await expect(open()).rejects.toMatchObject({ exitCode: 8 });
    expect(await snapshot()).toEqual(before);
  });

  test('the command line ends in one line and the code 8', async () => {
    rmSync(inDatabase('PG_VERSION'));
    const { code, stdout, stderr } = await runCli(['serve'], place.env);
    expect({ code, stdout }).toEqual({ code: 8, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^batchline: .*PG_VERSION is missing/),
    ]);
  });

  function onlyOtherFiles(): void {
    rmSync(inDatabase(), { recursive: true });
    mkdirSync(inDatabase());
    writeFileSync(inDatabase('notes.txt'), 'mine');
  }
});

describe('a damaged database', () => {
  beforeEach(async () => {
    place = await createPlace('embedded');
    data = place.env.BATCHLINE_DATA ?? '';
  });

  test.each<[string, RegExp, () => void]>([
    [
      'an empty pg_control',
      /incompatible with server/,
      () => writeFileSync(inDatabase('global/pg_control'), emptyFile(8192)),
    ],
    [
      'an empty log',
      /could not locate a valid checkpoint record/,
      () => writeFileSync(firstSegment(), emptyFile(16 * 1024 * 1024)),
    ],
    [
      'an unreadable catalogue',
      /invalid page in block 0/,
      () => writeFileSync(inDatabase('base/5/1259'), Buffer.alloc(8192 * 20, 7)),
    ],
  ])('%s: the error says why and what to do', async (_, reason, damage) => {
    damage();
    await expect(open()).rejects.toMatchObject({
      code: 'DATABASE_DAMAGED',
      exitCode: 8,
      message: expect.stringMatching(new RegExp(`${reason.source}.*restore a backup with batchline restore`)),
    });
  });
});

describe('the marker', () => {
  test('a database of an earlier release gets one, and it follows the process', async () => {
    place = await createPlace('embedded');
    data = place.env.BATCHLINE_DATA ?? '';
    expect(existsSync(join(data, MARKER))).toBe(false);
    const database = await openEmbedded(data, LOG);
    const { id } = marker();
    expect(marker()).toMatchObject({
      format: 1,
      state: 'open',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    await database.close();
    expect(marker()).toMatchObject({ state: 'closed', id });
  });

  test('a first start that was interrupted begins again', async () => {
    place = await createEmptyPlace('embedded');
    data = place.env.BATCHLINE_DATA ?? '';
    await mkdir(data);
    DataFolder.prepare(data);
    await mkdir(inDatabase());
    writeFileSync(inDatabase('half.txt'), 'half');
    await open();
    expect(marker()).toMatchObject({ state: 'closed' });
    expect(existsSync(inDatabase('half.txt'))).toBe(false);
    expect(readFileSync(inDatabase('PG_VERSION'), 'utf8').trim()).toBe(POSTGRES_MAJOR);
  });
});

describe.skipIf(process.platform === 'win32')('rights', () => {
  beforeEach(async () => {
    place = await createPlace('embedded');
    data = place.env.BATCHLINE_DATA ?? '';
  });

  test('nothing in the data folder is open to others, while it is used and after', async () => {
    for (const name of await readdir(data, { recursive: true }))
      chmodSync(join(data, name), (await stat(join(data, name))).isDirectory() ? 0o755 : 0o666);
    chmodSync(data, 0o755);
    const database = await openEmbedded(data, LOG);
    expect(openToOthers()).toEqual([]);
    await database.close();
    expect(openToOthers()).toEqual([]);
  });

  test('a folder with other things in it keeps its own rights', async () => {
    writeFileSync(join(data, 'customers.csv'), 'mine', { mode: 0o644 });
    chmodSync(data, 0o755);
    await open();
    expect(openToOthers()).toEqual([data, join(data, 'customers.csv')]);
  });

  test('an unreadable folder is reported in one line', async () => {
    chmodSync(inDatabase('global'), 0o000);
    chmodSync(data, 0o755);
    // root may read everything, so it becomes another user.
    const asOther = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'user', 'list'], {
      env: { PATH: PROCESS_ENV.PATH, BATCHLINE_DATA: data },
      encoding: 'utf8',
      ...asOther,
    });
    chmodSync(inDatabase('global'), 0o700);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(
        /^batchline: BATCHLINE_DATA: ".*" can't be used \(.*\); the server must be able to create it and write to it\. \[DATA_FOLDER_UNUSABLE\]$/,
      ),
    ]);
    expect(status).toBe(8);
  });

  function openToOthers(): string[] {
    return [data, ...readdirSync(data, { recursive: true }).map((name) => join(data, String(name)))].filter(
      (path) => (statSync(path).mode & 0o077) !== 0,
    );
  }
});

test.skipIf(process.platform === 'win32')('too few file handles end in one line', async () => {
  place = await createPlace('embedded');
  const command = `ulimit -n 300 && exec "${process.execPath}" "${CLI}" user list`;
  const { status, stderr } = spawnSync('sh', ['-c', command], {
    env: { ...PROCESS_ENV, ...place.env },
    encoding: 'utf8',
  });
  expect(stderr).toBe(
    'batchline: This process may open 300 files, and the embedded database needs 512; raise the limit (ulimit -n, or LimitNOFILE in systemd). [OPEN_FILES_LIMIT]\n',
  );
  expect(status).toBe(8);
});
