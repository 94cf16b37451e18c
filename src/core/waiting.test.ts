import { describe, expect, test } from 'vitest';
import {
  describeWait,
  dueAt,
  limitUses,
  MAX_AHEAD,
  throughputOf,
  WAIT_REASONS,
  type WaitFacts,
  waitsOf,
} from './waiting.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
const LATER = new Date('2026-11-30T12:04:00Z');

/** A task that is due, of a definition that a worker runs without limits. */
const DUE: WaitFacts = {
  state: 'New',
  now: NOW,
  runAfter: NOW,
  lastFailure: null,
  awaitedChildren: null,
  pause: null,
  worker: { isLive: true, lastSeen: NOW },
  limits: [],
  ahead: 0,
  throughput: null,
};
const PAUSE = { by: 1, byName: 'Ada', at: NOW, reason: null };
const GONE = { isLive: false, lastSeen: NOW };
const FULL = { limit: 'Concurrent', value: 2, use: 2, seconds: null, freeInSeconds: null } as const;
const FREE = { ...FULL, limit: 'PerTenant', use: 1 } as const;
const SOME = { total: 3, ended: 1, failed: 0 };
const ALL = { total: 3, ended: 3, failed: 1 };
const FAILURE = { attempt: 2, error: 'no route' };

/** The facts, the reason, and its sentence. */
const CASES: readonly (readonly [string, Partial<WaitFacts>, string, string])[] = [
  ['due', {}, 'Due', 'It starts as soon as a worker is free.'],
  ['due, after a failure', { lastFailure: FAILURE }, 'Due', 'It starts as soon as a worker is free.'],
  ['later', { runAfter: LATER }, 'DelayedStart', 'Its start is delayed until 2026-11-30T12:04:00.000Z.'],
  [
    'later, after a failure',
    { runAfter: LATER, lastFailure: FAILURE },
    'Backoff',
    'The next attempt is due at 2026-11-30T12:04:00.000Z. Attempt 2 failed: no route',
  ],
  [
    'later, after a failure without a record',
    { runAfter: LATER, lastFailure: { attempt: 2, error: null } },
    'Backoff',
    'The next attempt is due at 2026-11-30T12:04:00.000Z.',
  ],
  [
    'later, after the loss of its worker',
    {
      runAfter: LATER,
      lastFailure: { attempt: 1, error: { template: 'Worker {0} was lost.', values: ['w'] } },
    },
    'Backoff',
    'The next attempt is due at 2026-11-30T12:04:00.000Z. Attempt 1 failed: Worker w was lost.',
  ],
  [
    'paused',
    { pause: PAUSE },
    'DefinitionPaused',
    'Its definition was paused by Ada at 2026-11-30T12:00:00.000Z.',
  ],
  [
    'paused by an account that is gone',
    { pause: { ...PAUSE, byName: null } },
    'DefinitionPaused',
    'Its definition was paused at 2026-11-30T12:00:00.000Z.',
  ],
  [
    'paused by the server',
    { pause: { by: 0, byName: null, at: NOW, reason: { template: 'It crashed {0} times.', values: [4] } } },
    'DefinitionPaused',
    'The server paused its definition at 2026-11-30T12:00:00.000Z: It crashed 4 times.',
  ],
  [
    'no worker',
    { worker: GONE },
    'NoWorker',
    'No worker runs its definition; one was last seen at 2026-11-30T12:00:00.000Z.',
  ],
  [
    'never a worker',
    { worker: { isLive: false, lastSeen: null } },
    'NoWorker',
    'No worker runs its definition.',
  ],
  [
    'a limit',
    { limits: [FULL, FREE] },
    'Limit',
    'Its definition is limited to 2 concurrent runs, and 2 are in progress.',
  ],
  [
    'a limit of its tenant',
    { limits: [{ ...FREE, use: 3 }] },
    'Limit',
    'Its definition is limited to 2 concurrent runs per tenant, and 3 are in progress.',
  ],
  [
    'a rate',
    { limits: [{ limit: 'Rate', value: 5, use: 5, seconds: 60, freeInSeconds: 7 }] },
    'Limit',
    'Its definition is limited to 5 starts in 60 s, and 5 runs have started.',
  ],
  ['in line', { ahead: 4 }, 'Queue', 'Tasks of its definition that start first: 4.'],
  [
    'in line, with an estimate',
    { ahead: 4, throughput: 0.5 },
    'Queue',
    'Tasks of its definition that start first: 4. It starts at about 2026-11-30T12:00:10.000Z.',
  ],
  [
    'in a long line',
    { ahead: MAX_AHEAD + 1, throughput: 0.5 },
    'Queue',
    'More than 10000 tasks of its definition start first.',
  ],
  ['children', { state: 'Started', awaitedChildren: SOME }, 'Children', '1 of 3 children have ended.'],
  [
    'children that have ended',
    { state: 'Started', awaitedChildren: ALL },
    'Due',
    'It starts as soon as a worker is free.',
  ],
  ['running', { state: 'Started' }, 'Running', 'It is running.'],
  ['taken by a client', { state: 'Aquired', pause: PAUSE, worker: GONE }, 'Running', 'It is running.'],
  ...(['Succeeded', 'Failed', 'SucceededManualCleanup'] as const).map(
    (state) => [state, { state, runAfter: LATER, pause: PAUSE }, 'Ended', 'It has ended.'] as const,
  ),
];

describe('why a task does not run', () => {
  test.each(CASES)('%s', (_title, facts, reason, text) => {
    const waits = waitsOf({ ...DUE, ...facts });
    expect(waits.map((wait) => wait.reason)).toEqual([reason]);
    expect(waits.map((wait) => String(describeWait(wait)))).toEqual([text]);
  });

  test('every reason has a case', () => {
    expect([...new Set(CASES.map(([, , reason]) => reason))].sort()).toEqual([...WAIT_REASONS].sort());
  });

  test.each<[string, Partial<WaitFacts>, readonly string[]]>([
    [
      'its time comes first',
      { runAfter: LATER, pause: PAUSE, worker: GONE },
      ['DelayedStart', 'DefinitionPaused', 'NoWorker'],
    ],
    [
      'limits and the queue come last',
      { pause: PAUSE, worker: GONE, limits: [FULL], ahead: 3 },
      ['DefinitionPaused', 'NoWorker', 'Limit', 'Queue'],
    ],
    ['they do not matter before it is due', { runAfter: LATER, limits: [FULL], ahead: 3 }, ['DelayedStart']],
    [
      'children come before a pause',
      { state: 'Started', awaitedChildren: SOME, pause: PAUSE, limits: [FULL] },
      ['Children', 'DefinitionPaused'],
    ],
    [
      'a parent that can continue has limits too',
      { state: 'Started', awaitedChildren: ALL, limits: [FULL], ahead: 1 },
      ['Limit', 'Queue'],
    ],
    ['several limits', { limits: [FULL, { ...FREE, use: 2 }] }, ['Limit', 'Limit']],
  ])('several reasons: %s', (_title, facts, reasons) => {
    expect(waitsOf({ ...DUE, ...facts }).map((wait) => wait.reason)).toEqual(reasons);
  });

  test('there is no estimate while nothing can start', () => {
    for (const facts of [{ pause: PAUSE }, { worker: GONE }]) {
      const wait = waitsOf({ ...DUE, ...facts, ahead: 2, throughput: 1 }).at(-1);
      expect(wait).toMatchObject({ reason: 'Queue', ahead: 2, isMore: false, estimateSeconds: null });
    }
    const long = waitsOf({ ...DUE, ahead: MAX_AHEAD + 1, throughput: 1 });
    expect(long).toMatchObject([{ ahead: MAX_AHEAD, isMore: true, estimateSeconds: null }]);
    expect(waitsOf({ ...DUE, ahead: MAX_AHEAD, throughput: 100 })).toMatchObject([
      { ahead: MAX_AHEAD, isMore: false, estimateSeconds: 101 },
    ]);
  });
});

test('a task has a due time only if it is due later', () => {
  expect(dueAt({ state: 'New', now: NOW, runAfter: LATER })).toEqual(LATER);
  expect(dueAt({ state: 'New', now: NOW, runAfter: NOW })).toBeNull();
  for (const state of ['Started', 'Failed'] as const)
    expect(dueAt({ state, now: NOW, runAfter: LATER })).toBeNull();
});

test.each([
  [2, 10, null],
  [3, 0, null],
  [3, 6, 0.5],
])('%i ends in %i s are %j a second', (ends, seconds, expected) => {
  expect(throughputOf(ends, seconds)).toBe(expected);
});

test('only limits that are set are used', () => {
  const use = { running: 3, runningOfTenant: 2, started: 5, oldestExpiresIn: 7 };
  expect(limitUses({}, use)).toEqual([]);
  expect(limitUses({ concurrent: 4, perTenant: 2, rate: { runs: 5, seconds: 60 } }, use)).toEqual([
    { limit: 'Concurrent', value: 4, use: 3, seconds: null, freeInSeconds: null },
    { limit: 'PerTenant', value: 2, use: 2, seconds: null, freeInSeconds: null },
    { limit: 'Rate', value: 5, use: 5, seconds: 60, freeInSeconds: 7 },
  ]);
  expect(limitUses({ rate: { runs: 6, seconds: 60 } }, use)).toMatchObject([{ freeInSeconds: 0 }]);
});
