import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateSecret, retryDelay, signedHeaders } from '../../../src/events/webhook-delivery.ts';
import { lacks } from '../../support/programs.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/notifications.md'), 'utf8');

/** The sample in a language, as the guide has it. */
function sample(language: string): string {
  const code = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1];
  if (code === undefined) throw new Error(`The guide has no sample in ${language}.`);
  return code;
}

const secret = generateSecret();
const body = '{"Reason":"Stoppet av Åse"}';
const now = (): Date => new Date();
const CASES: [string, boolean, Record<string, string>, string][] = [
  ['what was signed', true, signedHeaders(secret, 7, now(), body), body],
  ['another body', false, signedHeaders(secret, 7, now(), body), body.replace('7', '8').concat(' ')],
  ['another secret', false, signedHeaders(generateSecret(), 7, now(), body), body],
  ['another id', false, { ...signedHeaders(secret, 7, now(), body), 'webhook-id': 'delivery_8' }, body],
  ['an old one', false, signedHeaders(secret, 7, new Date(now().getTime() - 600_000), body), body],
];

test.each(CASES)("the guide's sample in JavaScript detects %s", async (_, right, headers, sent) => {
  const { verify } = await import(`data:text/javascript,${encodeURIComponent(sample('js'))}`);
  expect(verify(secret, headers, Buffer.from(sent))).toBe(right);
});

test.skipIf(lacks('python3')).each(CASES)(
  "the guide's sample in Python (needs python3) detects %s",
  (_, right, headers, sent) => {
    const call = `${sample('python')}\nimport json, sys\nprint(verify(*json.loads(sys.argv[1]), sys.argv[2].encode()))`;
    const said = execFileSync('python3', ['-c', call, JSON.stringify([secret, headers]), sent]);
    expect(said.toString().trim()).toBe(right ? 'True' : 'False');
  },
);

test('the waits between tries grow, spread, and have an end', () => {
  expect([1, 2, 3].map((tries) => retryDelay(tries, 10, 0))).toEqual([10, 30, 90]);
  expect(retryDelay(1, 10, 1)).toBe(12);
  expect(retryDelay(20, 10, 0)).toBe(6 * 3600);
});
