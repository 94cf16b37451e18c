import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordOf } from '../support/run-record.ts';
import { checkDelay, checkHistory, checkPriorities, checkRecord } from './history.ts';
import { type AttemptRecord, checkAttempts, type StoryEntry, storyOf, type TaskStory } from './inspect.ts';
import { type LogLine, RunLog, type StepLine } from './run-log.ts';

const entry = (from: StoryEntry['from'], to: StoryEntry['to'], attempt: number, node: string | null) =>
  ({ from, to, attempt, node, reason: 'as it is', at: attempt * 1000 }) as const;
const run = (attempt: number, node: string): StoryEntry[] => [
  entry('New', 'Aquired', attempt, node),
  entry('Aquired', 'Started', attempt, node),
];

/** One that `a` lost, that failed once and was handed back at `b`, and has succeeded at `c`. */
const AUDIT: readonly StoryEntry[] = [
  entry(null, 'New', 0, null),
  ...run(1, 'a'),
  { ...entry('Started', 'New', 1, 'b'), reason: 'Worker a was lost.' },
  ...run(2, 'b'),
  { ...entry('Started', 'New', 2, 'b'), reason: 'Run 1 of at most 3 failed; the next one is due in 1.0 s.' },
  ...run(3, 'b'),
  { ...entry('Started', 'New', 3, 'b'), reason: 'Returned to the queue by its worker.' },
  ...run(4, 'c'),
  entry('Started', 'Succeeded', 4, 'c'),
];
const attempt = (number: number, worker: string, outcome: AttemptRecord['outcome']): AttemptRecord => ({
  number,
  worker,
  claimed: number * 1000,
  started: number * 1000,
  ended: number * 1000,
  outcome,
  hasError: outcome === 'Failed',
  nextDelay: outcome === 'Succeeded' ? null : 0,
});
const ATTEMPTS: readonly AttemptRecord[] = [
  attempt(1, 'a', 'Expired'),
  attempt(2, 'b', 'Failed'),
  attempt(3, 'b', 'HandedBack'),
  attempt(4, 'c', 'Succeeded'),
];
const STORY: TaskStory = {
  id: 7,
  name: 'any',
  priority: 0,
  created: 0,
  state: 'Succeeded',
  startCount: 4,
  failures: 1,
  losses: 1,
  result: '',
  checkpoint: null,
  progressDescription: '',
  audit: AUDIT,
  attempts: ATTEMPTS,
};
const changed = (index: number, change: Partial<StoryEntry>): Partial<TaskStory> => ({
  audit: AUDIT.map((one, at) => (at === index ? { ...one, ...change } : one)),
});

describe('the checker of histories', () => {
  test('lets through what may be', () => {
    checkHistory(STORY);
    // The run that was handed back has never begun.
    checkHistory({ ...STORY, startCount: 3 });
  });

  test.each<[string, Partial<TaskStory>]>([
    ['an end in the name of a run that had lost the task', changed(12, { attempt: 3 })],
    ['an end by a process that did not hold the task', changed(12, { node: 'a' })],
    ['a run of an attempt that was there before', changed(4, { attempt: 1 })],
    ['a start by another process than the claim', changed(5, { node: 'a' })],
    ['a loss by another process than the one that held it', changed(3, { reason: 'Worker b was lost.' })],
    ['a task that has not ended', { state: 'Started', audit: AUDIT.slice(0, -1) }],
    ['a second end', { audit: [...AUDIT, entry('Succeeded', 'SucceededManualCleanup', 4, 'c')] }],
    ['a move that is missing', { audit: AUDIT.toSpliced(2, 1) }],
    ['a state that is not the last one', { state: 'Failed' }],
    ['a start that was not counted', { startCount: 2 }],
    ['a start that was counted twice', { startCount: 5 }],
    ['a failure that was not counted', { failures: 0 }],
    ['a loss that was counted twice', { losses: 2 }],
  ])('finds %s', (_, change) => {
    expect(() => checkHistory({ ...STORY, ...change })).toThrow('task 7');
  });

  const recorded = (index: number, change: Partial<AttemptRecord>): Partial<TaskStory> => ({
    attempts: ATTEMPTS.map((one, at) => (at === index ? { ...one, ...change } : one)),
  });

  test.each<[string, Partial<TaskStory>]>([
    ['an attempt without an end', { attempts: ATTEMPTS.slice(0, -1) }],
    ['an attempt that is still open after its task has ended', { attempts: ATTEMPTS.toSpliced(1, 1) }],
    ['an attempt with two ends', { attempts: ATTEMPTS.toSpliced(2, 0, attempt(2, 'b', 'HandedBack')) }],
    ['an attempt that no history knows', { attempts: [...ATTEMPTS, attempt(5, 'c', 'Succeeded')] }],
    ['a gap in the numbers', recorded(3, { number: 5 })],
    ['an end of another process than the one that owned it', recorded(1, { worker: 'a' })],
    [
      'an expiry that its own process recorded without a loss',
      recorded(1, { outcome: 'Expired', hasError: false }),
    ],
    ['a loss that another process recorded as a failure', recorded(0, { outcome: 'Failed', hasError: true })],
    ['an outcome that does not lead to the state', recorded(3, { outcome: 'HandedBack' })],
    ['an end after that of the history', recorded(1, { ended: 2001 })],
    ['a claim after that of the history', recorded(1, { claimed: 2001, started: 2001 })],
    ['a failure without its error', recorded(1, { hasError: false })],
    ['an error of a run that succeeded', recorded(3, { hasError: true })],
    ['a retry without its delay', recorded(1, { nextDelay: null })],
    ['a delay after the last attempt', recorded(3, { nextDelay: 1 })],
  ])('finds %s', (_, change) => {
    expect(() => checkAttempts({ ...STORY, ...change })).toThrow('task 7');
    expect(() => checkHistory({ ...STORY, ...change })).toThrow('task 7');
  });

  test('lets through an attempt in progress, a stop, and an attempt that never began', () => {
    const [first, ...others] = ATTEMPTS;
    checkAttempts({ ...STORY, state: 'Started', audit: AUDIT.slice(0, -1), attempts: ATTEMPTS.slice(0, -1) });
    checkAttempts({ ...STORY, attempts: [{ ...(first as AttemptRecord), started: null }, ...others] });
    const stopped = [...AUDIT.slice(0, -1), entry('Started', 'Failed', 4, null)];
    const ended = { ...attempt(4, 'c', 'Stopped'), nextDelay: null };
    checkAttempts({ ...STORY, state: 'Failed', audit: stopped, attempts: [...ATTEMPTS.slice(0, -1), ended] });
  });

  test('finds a run before its time, and one before its turn', () => {
    checkDelay(STORY, 1);
    expect(() => checkDelay(STORY, 2)).toThrow('task 7');
    const started = (priority: number, at: number): TaskStory => ({
      ...STORY,
      priority,
      audit: [{ ...entry('Aquired', 'Started', 1, 'a'), at }],
    });
    checkPriorities([started(1, 20), started(5, 10), started(1, 30)]);
    expect(() => checkPriorities([started(1, 10), started(5, 20)])).toThrow('priorities');
  });

  test('finds an acknowledged task that is missing', () => {
    const contents = { stories: new Map([[7, STORY]]), audits: new Map(), liveJobs: [] };
    expect(storyOf(contents, 7)).toBe(STORY);
    expect(() => storyOf(contents, 8)).toThrow('Task 8 was acknowledged and does not exist.');
  });

  test('finds an illegal move', () => {
    const illegal = { ...entry('Succeeded', 'Started', 4, 'c'), at: 5000 };
    expect(() => checkHistory({ ...STORY, state: 'Started', audit: [...AUDIT, illegal] })).toThrow('task 7');
  });

  test('finds runs beyond the limits', () => {
    const mark = (ms: number, starts: boolean, tenant: string) => ({ ms, starts, tenant, node: 'a' });
    const record = recordOf([
      mark(0, true, 'north'),
      mark(10, true, 'south'),
      mark(20, false, 'north'),
      mark(30, true, 'south'),
      mark(40, false, 'south'),
      mark(50, false, 'south'),
    ]);
    checkRecord(record, 'any', { concurrent: 2, perTenant: 2, rate: { runs: 2, seconds: 0.03 } });
    expect(() => checkRecord(record, 'any', { concurrent: 1 })).toThrow('any at once');
    expect(() => checkRecord(record, 'any', { perTenant: 1 })).toThrow('any at once for a tenant');
    expect(() => checkRecord(record, 'any', { rate: { runs: 2, seconds: 0.04 } })).toThrow('for 3 of any');
  });
});

describe('the checker of what runs have really done', () => {
  let log: RunLog;
  beforeEach(() => {
    log = new RunLog(mkdtempSync(join(tmpdir(), 'batchline-forged-')));
  });
  afterEach(() => rmSync(log.folder, { recursive: true }));

  const write = (file: string, lines: readonly object[]): void => {
    for (const line of lines) appendFileSync(join(log.folder, file), `${JSON.stringify(line)}\n`);
  };
  const line = (event: 'begin' | 'end', attempt: number, pid = attempt): LogLine => ({
    event,
    task: 7,
    attempt,
    pid,
  });
  const end = (attempt: number): LogLine => line('end', attempt);
  const begin = (attempt: number): LogLine => line('begin', attempt);

  test.each<[string, LogLine[]]>([
    ['one after the other', [begin(1), end(1), begin(2), end(2), begin(3), end(3), begin(4), end(4)]],
    ['one that died', [begin(1), { event: 'dead', pid: 1 }, begin(2), end(2), begin(3), end(3), begin(4)]],
    ['a lost one that goes on', [begin(1), begin(2), end(1), end(2), begin(3), end(3), begin(4), end(4)]],
    ['one that was handed back before it began', [begin(1), end(1), begin(2), end(2), begin(4), end(4)]],
  ])('lets through runs %s', (_, lines) => {
    write('runs.jsonl', lines);
    log.checkRuns(STORY);
  });

  test.each<[string, LogLine[]]>([
    ['two at once of which none was lost', [begin(1), end(1), begin(2), begin(3), end(2), end(3), begin(4)]],
    ['an attempt twice', [begin(1), end(1), begin(2), end(2), begin(2), end(2), begin(3), end(3), begin(4)]],
    ['one that the record does not know', [begin(1), begin(2), end(2), begin(3), end(3), begin(4), begin(5)]],
    ['one that was never seen and not lost', [begin(1), end(1), begin(2), end(2), begin(3), end(3)]],
  ])('finds %s', (_, lines) => {
    write('runs.jsonl', lines);
    expect(() => log.checkRuns(STORY)).toThrow('task 7');
  });

  const step = (event: StepLine['event'], at: number, attempt: number): StepLine => ({
    event,
    step: at,
    attempt,
  });
  const first = [step('resume', 0, 1), step('step', 1, 1), step('durable', 1, 1)];

  test.each<[string, StepLine[]]>([
    ['a checkpoint that was forgotten', [...first, step('resume', 0, 2), step('step', 1, 2)]],
    ['a step left out', [...first, step('resume', 1, 2), step('step', 3, 2), step('durable', 3, 2)]],
    ['an end before the last step', first],
  ])('finds %s', (_, lines) => {
    write('steps-7.jsonl', lines);
    expect(() => log.checkSteps(7, 2)).toThrow('task 7');
  });

  test('accepts a run that continues from the last checkpoint', () => {
    write('steps-7.jsonl', [...first, step('resume', 1, 2), step('step', 2, 2), step('durable', 2, 2)]);
    log.checkSteps(7, 2);
  });
});
