import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Scratch } from '../../../src/files/scratch.ts';

describe('scratch files', () => {
  let folder: string;
  let scratch: Scratch;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchline-scratch-'));
    scratch = new Scratch(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const nowhere = async (): Promise<undefined> => undefined;
  const run = (attempt: number) => ({ taskId: 7, attempt });
  const writeAt = async (attempt: number, content: string, least = 0): Promise<void> =>
    writeFile(await scratch.open(run(attempt), 'a.txt', least, nowhere), content);
  const openedBy = async (
    attempt: number,
    least: number,
    elsewhere?: [number, string],
  ): Promise<string | undefined> => {
    const path = await scratch.open(run(attempt), 'a.txt', least, async () =>
      elsewhere === undefined
        ? undefined
        : { attempt: elsewhere[0], open: async () => Readable.from([Buffer.from(elsewhere[1])]) },
    );
    return readFile(path, 'utf8').catch(() => undefined);
  };

  test('the first attempt begins with nothing', async () => {
    expect(await openedBy(1, 0)).toBeUndefined();
  });

  test('the next attempt has a copy, which the one before can no longer write into', async () => {
    await writeAt(1, 'first');
    expect(await openedBy(2, 1)).toBe('first');
    await writeFile(scratch.path(run(1), 'a.txt'), 'a run that was left behind');
    expect(await openedBy(2, 1)).toBe('first');
  });

  test('attempts without a file, by hand or on the way, are passed over', async () => {
    await writeAt(1, 'first');
    expect(await openedBy(5, 1)).toBe('first');
  });

  test.each([
    ['a file here that is older than the checkpoint is not taken', 3, undefined, undefined],
    ['nor is one that is kept elsewhere', 3, [2, 'kept'], undefined],
    ['the newer one is taken where it is kept elsewhere', 0, [2, 'kept'], 'kept'],
    ['the newer one is taken where it is here', 0, [0, 'kept'], 'first'],
    ['one that is kept elsewhere is taken though the one here is too old', 2, [3, 'kept'], 'kept'],
  ] as const)('%s', async (_, least, elsewhere, expected) => {
    await writeAt(1, 'first');
    expect(await openedBy(4, least, elsewhere && [...elsewhere])).toBe(expected);
  });

  test('what an ended run no longer needs is removed', async () => {
    await writeAt(1, 'first');
    await writeAt(2, 'second');
    await scratch.release(run(2), false);
    expect(await readdir(join(folder, '7'))).toEqual(['2']);
    await scratch.release(run(2), true);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a copy of an input is fetched once, and its time of change is the same everywhere', async () => {
    const modified = new Date('2026-01-02T03:04:05Z');
    let fetched = 0;
    const fetch = async (): Promise<Readable> => {
      fetched += 1;
      return Readable.from([Buffer.from('input')]);
    };
    const path = await scratch.input('some-id', modified, fetch);
    expect(await scratch.input('some-id', modified, fetch)).toBe(path);
    expect(fetched).toBe(1);
    expect((await stat(path)).mtime).toEqual(modified);
    expect(await scratch.removeInputs(new Date(Date.now() - 60_000))).toBe(0);
    await utimes(path, new Date(0), modified);
    expect(await scratch.removeInputs(new Date(Date.now() - 60_000))).toBe(1);
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  test('a fetch that breaks leaves nothing', async () => {
    const broken = async (): Promise<Readable> =>
      Readable.from(
        (async function* () {
          yield Buffer.from('half');
          throw new Error('cut');
        })(),
      );
    await expect(scratch.input('some-id', new Date(), broken)).rejects.toThrow('cut');
    expect(await readdir(join(folder, 'inputs'))).toEqual([]);
  });
});
