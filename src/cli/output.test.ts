import { expect, test } from 'vitest';
import { escapeControls, escapeLine, escapeText } from './output.ts';

const TTY = { isTTY: true } as const;
const PIPE = { isTTY: false } as unknown as typeof TTY;

test.each([
  ['plain text', 'Grüße, 完了 👍', 'Grüße, 完了 👍', 'Grüße, 完了 👍'],
  ['a window title', '\x1b]0;owned\x07', '\\u001b]0;owned\\u0007', '\\u001b]0;owned\\u0007'],
  ['a cleared screen', '\x1b[2J\x1b[H', '\\u001b[2J\\u001b[H', '\\u001b[2J\\u001b[H'],
  ['a C1 sequence', '\x9b31mred', '\\u009b31mred', '\\u009b31mred'],
  [
    'a forged row',
    'done\n2  payroll  Succeeded',
    'done\\n2  payroll  Succeeded',
    'done\n2  payroll  Succeeded',
  ],
  ['an overwritten row', 'Failed\rSucceeded', 'Failed\\u000dSucceeded', 'Failed\\u000dSucceeded'],
  ['a tab', 'a\tb', 'a\\u0009b', 'a\tb'],
  [
    'backspaces and DEL',
    'bad\b\b\bgood\x7f',
    'bad\\u0008\\u0008\\u0008good\\u007f',
    'bad\\u0008\\u0008\\u0008good\\u007f',
  ],
  ['a bidirectional override', 'txt.\u202eexe', 'txt.\\u202eexe', 'txt.\\u202eexe'],
  ['a line separator', 'a\u2028b', 'a\\u2028b', 'a\\u2028b'],
])('on a terminal %s is harmless', (_, text, line, lines) => {
  expect(escapeLine(text, TTY)).toBe(line);
  expect(escapeText(text, TTY)).toBe(lines);
  expect(escapeControls(line), 'escaped twice').toBe(line);
  expect([escapeLine(text, PIPE), escapeText(text, PIPE)], 'piped').toEqual([text, text]);
});

test('escaped JSON parses to the same value', () => {
  const value = { Description: '\x9b2J\x1b[0m\u202e\x7f', Result: 'a\nb' };
  const written = escapeControls(JSON.stringify(value, null, 2), { keepLines: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the text must not contain them
  expect(written).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  expect(JSON.parse(written)).toEqual(value);
});
