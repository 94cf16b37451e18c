import { describe, expect, test } from 'vitest';
import { CHILDREN_PAGE, type ChildrenPort, childrenOver, type KeyedChild } from './children.ts';
import { PermanentError } from './errors.ts';

/** A port that records the calls of `start`. */
function fakePort(counts = { total: 0, ended: 0, failed: 0 }, results = 0) {
  const calls: (readonly KeyedChild[])[] = [];
  const port: ChildrenPort = {
    async start(children) {
      calls.push(children);
      return children.map((_, index) => calls.length * 1000 + index);
    },
    wait: async () => counts,
    summary: async () => counts,
    page: async (_filter, afterId) =>
      Array.from({ length: Math.min(CHILDREN_PAGE, results - afterId) }, (_, index) => ({
        id: afterId + index + 1,
        key: `k${afterId + index + 1}`,
        name: 'child',
        state: 'Succeeded',
        result: '',
        fileName: '',
      })),
  };
  return { port, calls };
}

describe('childrenOver', () => {
  test('starts at most 500 children per call and returns their ids in order', async () => {
    const { port, calls } = fakePort();
    const ids = await childrenOver(port).start(Array.from({ length: 1001 }, () => ({ name: 'child' })));
    expect(calls.map((children) => children.length)).toEqual([500, 500, 1]);
    expect([ids.length, ids[0], ids[500], ids[1000]]).toEqual([1001, 1000, 2000, 3000]);
  });

  test('numbers the children without a key, the same in every run', async () => {
    const keysOfRun = async (): Promise<string[]> => {
      const { port, calls } = fakePort();
      const children = childrenOver(port);
      await children.start([{ name: 'a' }, { name: 'b', key: 'mine' }]);
      await children.start([{ name: 'c' }]);
      return calls.flat().map((child) => child.key);
    };
    expect(await keysOfRun()).toEqual(['#0', 'mine', '#1']);
    expect(await keysOfRun()).toEqual(await keysOfRun());
  });

  test('fails the parent of failed children unless onFailure is continue', async () => {
    const counts = { total: 3, ended: 3, failed: 1 };
    const children = childrenOver(fakePort(counts).port);
    await expect(children.wait()).rejects.toThrow('1 of 3 children have failed.');
    await expect(children.wait({ onFailure: 'stop-others' })).rejects.toThrow(PermanentError);
    expect(await children.wait({ onFailure: 'continue' })).toEqual(counts);
  });

  test.each([0, 1, CHILDREN_PAGE, CHILDREN_PAGE + 1])('lists all of %i children', async (results) => {
    const ids: number[] = [];
    for await (const child of childrenOver(fakePort(undefined, results).port).list()) ids.push(child.id);
    expect(ids).toEqual(Array.from({ length: results }, (_, index) => index + 1));
  });
});
