import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkAttempts, checkChain, readContents, storyOf } from '../../faults/inspect.ts';
import { DATABASES } from '../../support/databases.ts';
import { fuzzRuns } from '../../support/fuzz.ts';
import { commandKinds } from './commands.ts';
import type { Model } from './model.ts';
import { type Real, startReal } from './real.ts';

/** Number of call sequences; BATCHLINE_MODEL_RUNS increases it. */
const RUNS = Number(process.env.BATCHLINE_MODEL_RUNS ?? fuzzRuns(0.15));

describe.each(DATABASES)('the states of tasks on %s', (kind) => {
  let real: Real;
  beforeAll(async () => {
    real = await startReal(kind);
  });
  afterAll(() => real?.stop());

  test('for any calls by any callers, tasks match the model and their history', {
    timeout: 60_000 + RUNS * 2000,
  }, async () => {
    const commands = fc.commands(commandKinds(), { maxCommands: 40, size: 'max' });
    const property = fc.asyncProperty(commands, async (sequence) => {
      const model: Model = { tasks: [] };
      await fc.asyncModelRun(() => ({ model, real }), sequence);
      await checkRecords(real, model);
      await leaveNothing(real, model);
    });
    await fc.assert(property, { numRuns: RUNS });
  });
});

/** Checks each record, those of deleted tasks too: an unbroken chain to the state, with as many starts as StartCount. */
async function checkRecords(real: Real, model: Model): Promise<void> {
  const contents = await readContents(real.server.database);
  const { stories, audits } = contents;
  for (const { id, deleted, state, startCount } of model.tasks) {
    const audit = audits.get(id) ?? [];
    checkChain({ id, state, audit });
    const starts = audit.filter((entry) => entry.to === 'Started').map((entry) => entry.attempt);
    expect(starts, `task ${id}: attempts that started`).toEqual(
      Array.from({ length: startCount }, (_, index) => index + 1),
    );
    if (deleted) expect(stories.has(id)).toBe(false);
    else {
      const story = storyOf(contents, id);
      expect(story).toMatchObject({ id, state, startCount });
      checkAttempts(story);
    }
  }
}

/** Ends and deletes what the sequence has left, so that the next one finds the server as this one did. */
async function leaveNothing(real: Real, model: Model): Promise<void> {
  const { admin } = real.server;
  for (const { id, deleted, state } of model.tasks) {
    if (deleted) continue;
    if (state === 'Aquired' || state === 'Started')
      await admin.json('PUT', `/BatchTask/${id}`, { State: 'Failed' });
    await admin.call('DELETE', `/BatchTask/${id}`);
  }
}
