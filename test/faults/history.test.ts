import { describe, expect, test } from 'vitest';
import { checkDelay, checkHistory, checkPriorities } from './history.ts';
import type { StoryEntry, TaskStory } from './inspect.ts';

const entry = (from: StoryEntry['from'], to: StoryEntry['to'], attempt: number, node: string | null) =>
  ({ from, to, attempt, node, reason: 'as it is', at: attempt * 1000 }) as const;
const run = (attempt: number, node: string): StoryEntry[] => [
  entry('New', 'Aquired', attempt, node),
  entry('Aquired', 'Started', attempt, node),
];

/** One that was lost by `a`, failed once and was handed back at `b`, and has succeeded at `c`. */
const AUDIT: readonly StoryEntry[] = [
  entry(null, 'New', 0, null),
  ...run(1, 'a'),
  { ...entry('Started', 'New', 1, 'b'), reason: 'Worker a was lost.' },
  ...run(2, 'b'),
  { ...entry('Started', 'New', 2, 'b'), reason: 'Run 1 of at most 3 has failed; the next is due in 1.0 s.' },
  ...run(3, 'b'),
  { ...entry('Started', 'New', 3, 'b'), reason: 'Handed back by its worker.' },
  ...run(4, 'c'),
  entry('Started', 'Succeeded', 4, 'c'),
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
});
