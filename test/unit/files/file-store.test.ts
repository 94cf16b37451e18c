import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import type { FileStore, StoredFile } from '../../../src/files/blob-store.ts';
import { openStore } from '../../../src/files/open.ts';
import { type S3Server, startS3Server } from '../../support/s3-server.ts';

const MB = 1024 * 1024;

describe.each(['a folder', 'S3'])('the store of files in %s', (kind) => {
  let folder: string;
  let s3: S3Server | undefined;
  let store: FileStore;

  const open = (env: Record<string, string>): Promise<FileStore> =>
    openStore(readConfig({ BATCHLINE_DATA: folder, ...env }).files, join(folder, 'scratch'), 100 * MB);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchline-files-'));
    if (kind === 'S3') s3 = await startS3Server();
    store = await open(s3?.env ?? {});
  });
  afterAll(async () => {
    await store?.close();
    await s3?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const keep = (key: string, content: string | Buffer): Promise<void> =>
    store.put(key, Readable.from([Buffer.from(content)]));
  const read = async (...args: Parameters<FileStore['open']>): Promise<string | undefined> => {
    const content = await store.open(...args);
    return content && (await buffer(content)).toString();
  };
  const list = async (prefix: string): Promise<string[]> => {
    const found: StoredFile[] = [];
    for await (const file of store.list(prefix)) found.push(file);
    return found.map((file) => file.key).sort();
  };

  test('what was put is there, as a whole and in parts, until it is deleted', async () => {
    await keep('results/ab/one', 'hello file');
    expect(await read('results/ab/one')).toBe('hello file');
    expect(await read('results/ab/one', { start: 6, end: 9 })).toBe('file');
    expect(await read('results/ab/one', { start: 0, end: 0 })).toBe('h');
    const found = await store.stat('results/ab/one');
    expect(found).toMatchObject({ key: 'results/ab/one', bytes: 10 });
    expect(Math.abs(Date.now() - Number(found?.modified))).toBeLessThan(60_000);
    await store.delete(['results/ab/one', 'results/ab/never-was']);
    expect(await store.stat('results/ab/one')).toBeUndefined();
    expect(await store.open('results/ab/one')).toBeUndefined();
  });

  test('an empty file is one too', async () => {
    await store.put('uploads/empty', Readable.from([]));
    expect(await store.stat('uploads/empty')).toMatchObject({ bytes: 0 });
    expect(await read('uploads/empty')).toBe('');
  });

  test('a list names what is below a prefix, and nothing beside it', async () => {
    for (const key of ['lists/aa/1', 'lists/ab/2', 'lists/ab/3', 'listed/4']) await keep(key, key);
    expect(await list('lists/')).toEqual(['lists/aa/1', 'lists/ab/2', 'lists/ab/3']);
    expect(await list('lists/ab/')).toEqual(['lists/ab/2', 'lists/ab/3']);
    expect(await list('nothing/')).toEqual([]);
  });

  test('a stream of unknown length that is larger than a part is kept whole', async () => {
    const chunk = randomBytes(MB);
    async function* chunks(): AsyncGenerator<Buffer> {
      for (let i = 0; i < 19; i += 1) yield chunk;
    }
    await store.put('results/large', Readable.from(chunks()));
    expect(await store.stat('results/large')).toMatchObject({ bytes: 19 * MB });
    const content = await store.open('results/large', { start: 17 * MB - 5, end: 17 * MB + 4 });
    const expected = Buffer.concat([chunk.subarray(-5), chunk.subarray(0, 5)]);
    expect(content && (await buffer(content)).equals(expected)).toBe(true);
    if (s3 !== undefined)
      expect(s3.calls.filter((call) => call.includes('results/large?partNumber'))).toHaveLength(3);
  });

  test.each([
    ['within the first part', 1],
    ['after two parts', 17],
  ])('a stream that breaks %s leaves nothing', async (_, megabytes) => {
    async function* chunks(): AsyncGenerator<Buffer> {
      for (let i = 0; i < megabytes; i += 1) yield Buffer.alloc(MB);
      throw new Error('the line is cut');
    }
    const key = `broken/${megabytes}`;
    await expect(store.put(key, Readable.from(chunks()))).rejects.toThrow('the line is cut');
    expect(await list('broken/')).toEqual([]);
    if (s3 !== undefined && megabytes > 8) {
      const calls = s3.calls.filter((call) => call.includes(key));
      expect(calls.at(0)).toBe(`POST some/prefix/${key}?uploads`);
      expect(calls.at(-1)).toBe(`DELETE some/prefix/${key}?uploadId`);
    }
  });

  test('a file of the scratch folder is kept, and stays where it is until the run has ended', async () => {
    const path = join(folder, 'result.txt');
    await writeFile(path, 'a result');
    await store.putFile('results/copied', path, false);
    expect(await readFile(path, 'utf8')).toBe('a result');
    await store.putFile('results/shared', path, true);
    expect(await readFile(path, 'utf8')).toBe('a result');
    await rm(path);
    expect(await read('results/copied')).toBe('a result');
    expect(await read('results/shared')).toBe('a result');
  });

  test('only a folder has paths to read from', async () => {
    await keep('uploads/local', 'here');
    const path = store.localPath('uploads/local');
    expect(path && (await readFile(path, 'utf8'))).toBe(kind === 'S3' ? undefined : 'here');
  });

  test('wrong S3 settings are reported at the start', async () => {
    if (s3 === undefined) return;
    await expect(open({ ...s3.env, BATCHLINE_FILES: 's3://another-bucket' })).rejects.toThrow(
      'The bucket "another-bucket" of BATCHLINE_FILES can\'t be used',
    );
    await expect(open({ ...s3.env, BATCHLINE_S3_SECRET_KEY: 'wrong' })).rejects.toThrow("can't be used");
  });
});
