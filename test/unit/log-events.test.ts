import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { logCalls, logCallsOf } from '../support/log-events.ts';
import { LOG_EVENT_TEXTS, LOG_EVENTS_PAGE, logEventsPage } from '../support/log-events-page.ts';

test('the search finds calls with and without an event, and no others', () => {
  const source = `
    log.warn({ event: 'lease.lost', err }, 'lease lost');
    this.#options.log?.error('no event');
    run.debug({ event: name }, 'no literal event');
    request.log[level]({ event: 'task.log', ...fields }, message);
    console.error('not a log');
    ctx.log.info('the log of a task');
    logOfTask().warn(problem);`;
  expect(logCallsOf('a.ts', source)).toEqual([
    { place: 'a.ts:2', level: 'warn', event: 'lease.lost', message: 'lease lost' },
    { place: 'a.ts:3', level: 'error', event: undefined, message: undefined },
    { place: 'a.ts:4', level: 'debug', event: undefined, message: 'no literal event' },
    { place: 'a.ts:5', level: 'any', event: 'task.log', message: '' },
  ]);
});

test('every line of the log has an event and a plain message', () => {
  const calls = logCalls();
  expect(calls.length).toBeGreaterThan(50);
  for (const { place, event, message } of calls) {
    expect(event, `${place}: begin the fields with event: 'area.what_happened'`).toMatch(
      /^[a-z_]+\.[a-z_]+$/,
    );
    expect(message, `${place}: the message is a string literal; what varies is a field`).toBeDefined();
    // A fragment in PostgreSQL's style: no article, no full stop.
    expect(message, place).not.toMatch(/^(an?|the) |\.$/i);
  }
});

test('calls with the same event have the same level and message', () => {
  const first = new Map<string | undefined, string>();
  for (const { place, event, level, message } of logCalls()) {
    const line = `${level}: ${message}`;
    expect(line, `${place}: ${event}`).toBe(first.get(event) ?? line);
    first.set(event, line);
  }
});

test('the table of log events is that of the program', () => {
  const page = readFileSync(LOG_EVENTS_PAGE, 'utf8');
  expect(page).toMatch(/^\| `server\.started` \| info \|/m);
  expect(page, 'run npm run log-events').toBe(logEventsPage(page));
});

test('every event has a text that says when it is logged, and no other', () => {
  const events = new Set(logCalls().map(({ event }) => event));
  expect([...events].filter((event) => !/\w/.test(LOG_EVENT_TEXTS[event ?? ''] ?? ''))).toEqual([]);
  expect(Object.keys(LOG_EVENT_TEXTS).filter((event) => !events.has(event))).toEqual([]);
});
