import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { curlOf } from '../../../dashboard/src/task/curl.ts';

test('the shell reads the command literally, with any content', () => {
  const text = fc.string({ maxLength: 40 }).filter((each) => !each.includes('\0'));
  fc.assert(
    fc.property(text, text, text, (name, description, value) => {
      const task = { Name: name, Description: description, ParameterObject: { value } };
      const command = curlOf(task, 'anna', 'http://127.0.0.1:1');
      const script = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; }; ${command}`;
      const words = execFileSync('sh', ['-c', script]).toString().split('\0');
      expect(words.slice(0, 2)).toEqual(['-u', 'anna']);
      expect(JSON.parse(words[5] ?? '')).toEqual({
        Name: name,
        ParameterObject: { value },
        ...(description === '' ? {} : { Description: description }),
      });
      expect(words[6]).toBe('http://127.0.0.1:1/api/v1/BatchTask');
    }),
    { numRuns: 50 },
  );
});
