import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ResumableFile } from '../../../src/sdk/resumable-file.ts';
import { tempFolder } from './fake-context.ts';

test('grows by what was synced, and is cut to the length it is opened at', async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, 'report');
  const file = await ResumableFile.open(path, 0);
  file.append('Å');
  file.append('bc\n');
  expect(file.length).toBe(0);
  expect(await file.sync()).toBe(5);
  file.append('after the checkpoint\n');
  expect(await file.sync()).toBe(26);
  file.append('never synced\n');
  await file.close();

  const again = await ResumableFile.open(path, 5);
  expect(again.lost).toBe(false);
  expect(await readFile(path, 'utf8')).toBe('Åbc\n');
  again.append('d\n');
  expect(await again.sync()).toBe(7);
  await again.close();
  expect(await readFile(path, 'utf8')).toBe('Åbc\nd\n');
});

test('is cut back to where work that is done again began', async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, 'report');
  const file = await ResumableFile.open(path, 0);
  file.append('kept\n');
  const kept = await file.sync();
  file.append('first try\n');
  await file.sync();
  file.append('not even synced\n');
  await expect(file.cut(100)).rejects.toThrow("The file has 15 bytes and can't be truncated to 100.");
  await file.cut(kept);
  await file.cut(kept);
  file.append('second try\n');
  expect(await file.sync()).toBe(16);
  await file.close();
  expect(await readFile(path, 'utf8')).toBe('kept\nsecond try\n');
});

test('reports a file that is too short, and starts over', async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, 'report');
  await writeFile(path, 'abc');
  const file = await ResumableFile.open(path, 4);
  expect([file.lost, file.length]).toEqual([true, 0]);
  file.append('new');
  await file.sync();
  await file.close();
  expect(await readFile(path, 'utf8')).toBe('new');
});
