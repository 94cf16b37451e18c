import { expect, test } from 'vitest';
import { describeCron, loadCronWords } from './cron-words.ts';

test.each([
  ['en', 'At 02:30'],
  ['de', 'Um 02:30'],
  ['fr', 'À 02:30'],
  ['nb', '02:30'],
  ['nl', '02:30'],
  ['sv', '02:30'],
  ['da', '02:30'],
])('an expression is described in %s', async (language, begin) => {
  await loadCronWords(language);
  expect(describeCron('30 2 * * *', language)).toContain(begin);
  const weekdays = describeCron('*/15 8-18 * * 1-5', language);
  expect(weekdays === describeCron('*/15 8-18 * * 1-5', 'en')).toBe(language === 'en');
});

test('nicknames are described, and an invalid expression is not', () => {
  expect(describeCron('@hourly', 'en')).toBe('Every hour');
  expect(describeCron('never', 'en')).toBe('');
  expect(describeCron('61 * * * *', 'xx')).toBe('');
});
