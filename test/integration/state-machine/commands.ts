import fc from 'fast-check';
import { expect } from 'vitest';
import { STORED_STATES } from '../../../src/core/task-state.ts';
import { recordOf } from '../../conformance/helpers.ts';
import {
  accessOf,
  CALLERS,
  type CallerName,
  type Change,
  changed,
  DEFINITIONS,
  type DefinitionName,
  isDeletable,
  type Model,
  type ModelTask,
  type Owner,
  settled,
  startedTask,
  statusOf,
  stopped,
  type Texts,
} from './model.ts';
import { expectRefused, expectSettled, giveWord, infoOf, type Real } from './real.ts';

type Command = fc.AsyncCommand<Model, Real>;

/** A call about one task of those that were started, deleted ones included. */
abstract class AboutTask implements Command {
  readonly pick: number;
  readonly caller: CallerName;

  constructor(pick: number, caller: CallerName) {
    this.pick = pick;
    this.caller = caller;
  }

  check(model: Readonly<Model>): boolean {
    return model.tasks.length > 0;
  }

  abstract run(model: Model, real: Real): Promise<void>;

  toString(): string {
    const { pick, caller, ...rest } = this;
    const more = Object.keys(rest).length > 0 ? JSON.stringify(rest) : '';
    return `${this.constructor.name}#${pick} by ${caller}${more}`;
  }

  protected task(model: Model): ModelTask {
    return at(model, this.pick);
  }
}

class Start implements Command {
  readonly caller: CallerName;
  readonly definition: DefinitionName;
  readonly isSystemTask: boolean;
  readonly texts: Texts;

  constructor(caller: CallerName, definition: DefinitionName, isSystemTask: boolean, texts: Texts) {
    this.caller = caller;
    this.definition = definition;
    this.isSystemTask = isSystemTask;
    this.texts = texts;
  }

  check = (): boolean => true;

  async run(model: Model, real: Real): Promise<void> {
    const { caller, definition, isSystemTask, texts } = this;
    const call = () =>
      real.callers[caller].call('POST', '/BatchTask', {
        Name: definition,
        IsSystemTask: isSystemTask,
        ParameterObject: { folder: real.folder },
        ...carrierOf(texts),
      });
    // Bob starts nothing, so that he has nothing but what he may not see.
    if (caller === 'reader' || caller === 'bob' || (isSystemTask && caller !== 'admin')) {
      if (caller !== 'bob' || isSystemTask) await expectRefused(real, model.tasks, 403, call);
      return;
    }
    const answer = await call();
    expect(answer, answer.text).toMatchObject({ status: 200, body: expect.any(Number) });
    const owner: Owner = isSystemTask ? 'system' : caller;
    const task = settled(startedTask(answer.body, definition, owner, texts));
    model.tasks.push(task);
    await expectSettled(real, task);
  }

  toString(): string {
    return `Start ${this.isSystemTask ? 'system ' : ''}${this.definition} by ${this.caller}`;
  }
}

class Put extends AboutTask {
  readonly change: Change;

  constructor(pick: number, caller: CallerName, change: Change) {
    super(pick, caller);
    this.change = change;
  }

  async run(model: Model, real: Real): Promise<void> {
    const task = this.task(model);
    const call = () => real.callers[this.caller].call('PUT', `/BatchTask/${task.id}`, carrierOf(this.change));
    const status = statusOf(this.caller, task);
    const after = changed(task, this.change);
    if (status !== 200) return expectRefused(real, [task], status, call);
    if (after === undefined) return expectRefused(real, [task], 409, call);
    const answer = await call();
    expect(answer, answer.text).toMatchObject({ status: 200, body: infoOf(real, after) });
    replace(model, settled(after));
    await expectSettled(real, settled(after));
  }
}

/** States that no caller can set. */
class PutNonsense extends AboutTask {
  readonly body: object;

  constructor(pick: number, caller: CallerName, body: object) {
    super(pick, caller);
    this.body = body;
  }

  async run(model: Model, real: Real): Promise<void> {
    const task = this.task(model);
    await expectRefused(real, [task], this.caller === 'reader' ? 403 : 400, () =>
      real.callers[this.caller].call('PUT', `/BatchTask/${task.id}`, this.body),
    );
  }
}

class Stop extends AboutTask {
  async run(model: Model, real: Real): Promise<void> {
    const task = this.task(model);
    const call = () => real.callers[this.caller].call('POST', `/BatchTask/${task.id}/Stop`);
    const status = statusOf(this.caller, task);
    if (status !== 200) return expectRefused(real, [task], status, call);
    const after = stopped(task);
    const before = await recordOf(real.server, task.id);
    expect(await call()).toMatchObject({ status: 200, body: after !== undefined });
    if (after === undefined) {
      expect(await recordOf(real.server, task.id)).toEqual(before);
      return;
    }
    const { Result } = await real.server.admin.ended(task.id);
    expect(Result).toMatch(new RegExp(`^Stopped by ${this.caller} \\(associate \\d+\\) at `));
    replace(model, { ...after, result: Result });
    await expectSettled(real, { ...after, result: Result });
  }
}

class Delete extends AboutTask {
  async run(model: Model, real: Real): Promise<void> {
    const task = this.task(model);
    const call = () => real.callers[this.caller].call('DELETE', `/BatchTask/${task.id}`);
    const status = statusOf(this.caller, task);
    if (status !== 200) return expectRefused(real, [task], status, call);
    if (!isDeletable(task)) return expectRefused(real, [task], 409, call);
    expect((await call()).status).toBe(204);
    replace(model, { ...task, deleted: true });
    expect((await real.server.admin.call('GET', `/BatchTask/${task.id}`)).status).toBe(404);
  }
}

/** DeleteBatchTasks: all or none; what the caller can't see is passed over. */
class DeleteSeveral extends AboutTask {
  readonly others: readonly number[];

  constructor(pick: number, caller: CallerName, others: readonly number[]) {
    super(pick, caller);
    this.others = others;
  }

  async run(model: Model, real: Real): Promise<void> {
    const picked = [this.pick, ...this.others].map((pick) => at(model, pick));
    const tasks = [...new Set(picked)].sort((a, b) => a.id - b.id);
    const call = () =>
      real.callers[this.caller].call('POST', '/Agents/Batch/DeleteBatchTasks', {
        BatchTaskIds: picked.map((task) => task.id),
      });
    const known = tasks.filter((task) => accessOf(this.caller, task) !== 'none');
    if (this.caller === 'reader') return expectRefused(real, tasks, 403, call);
    for (const task of known) {
      const status = statusOf(this.caller, task);
      if (status !== 200) return expectRefused(real, tasks, status, call);
      if (!isDeletable(task)) return expectRefused(real, tasks, 409, call);
    }
    expect((await call()).status).toBe(204);
    for (const task of known) replace(model, { ...task, deleted: true });
  }
}

class Read extends AboutTask {
  async run(model: Model, real: Real): Promise<void> {
    const task = this.task(model);
    const client = real.callers[this.caller];
    const answer = await client.call('GET', `/BatchTask/${task.id}`);
    if (accessOf(this.caller, task) === 'none') expect(answer.status).toBe(404);
    else expect(answer).toMatchObject({ status: 200, body: infoOf(real, task) });
    // The list of the state that the task is in: the caller's own tasks, newest first.
    const own = this.caller === 'reader' ? 'alice' : this.caller;
    const listed: { Id: number }[] = await client.json('GET', `/BatchTask/${task.state}`);
    const ours = new Set(model.tasks.map((one) => one.id));
    expect(listed.map((one) => one.Id).filter((id) => ours.has(id))).toEqual(
      model.tasks
        .filter((one) => !one.deleted && one.owner === own && one.state === task.state)
        .map((one) => one.id)
        .reverse(),
    );
  }
}

/** Lets a run of the server end. */
class EndRun extends AboutTask {
  readonly word: 'return' | 'throw';

  constructor(pick: number, word: 'return' | 'throw') {
    super(pick, 'admin');
    this.word = word;
  }

  override check(model: Readonly<Model>): boolean {
    return model.tasks.some((task) => task.runs);
  }

  async run(model: Model, real: Real): Promise<void> {
    const running = model.tasks.filter((task) => task.runs);
    const task = at({ tasks: running }, this.pick);
    await giveWord(real, task, this.word);
    const after: ModelTask =
      this.word === 'return'
        ? { ...task, runs: false, state: 'Succeeded', result: 'It has run.' }
        : { ...task, runs: false, state: 'Failed', result: 'failed on purpose' };
    replace(model, after);
    await expectSettled(real, after);
  }
}

/** Commands of every kind, the busy ones more often. */
export function commandKinds(): fc.Arbitrary<Command>[] {
  const pick = fc.nat(11);
  // Mostly those who may, so that a sequence gets somewhere.
  const caller = fc.oneof(
    { weight: 3, arbitrary: fc.constant('admin' as const) },
    fc.constantFrom(...CALLERS),
  );
  const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('\0'));
  const texts = fc.record({ description: text, response: text, request: text });
  const state = fc.constantFrom(...STORED_STATES);
  const change: fc.Arbitrary<Change> = fc.record(
    {
      state: fc.oneof({ weight: 12, arbitrary: state }, fc.constantFrom('All' as const, 'Unknown' as const)),
      description: text,
      response: text,
      request: text,
    },
    { requiredKeys: [] },
  );
  const move: fc.Arbitrary<Change> = state.map((one) => ({ state: one }));
  const nonsense = fc.constantFrom<object>(
    { State: 'Nonsense', Description: 'x' },
    { State: 7, Response: 'x' },
    { State: 'Failed', Description: 'x'.repeat(255) },
    { State: 'Failed', Request: [5] },
  );
  const start = fc
    .tuple(caller, fc.constantFrom(...DEFINITIONS), fc.boolean(), fc.boolean(), texts)
    .map(([who, definition, a, b, all]) => new Start(who, definition, a && b, all));
  const put = fc.tuple(pick, caller, fc.oneof(change, move)).map((args) => new Put(...args));
  const stop = fc.tuple(pick, caller).map((args) => new Stop(...args));
  const endRun = fc.tuple(pick, fc.constantFrom('return' as const, 'throw' as const));
  return [
    ...[start, start, put, put, put, stop],
    fc.tuple(pick, caller, nonsense).map((args) => new PutNonsense(...args)),
    fc.tuple(pick, caller).map((args) => new Delete(...args)),
    fc
      .tuple(pick, caller, fc.array(pick, { minLength: 1, maxLength: 2 }))
      .map((args) => new DeleteSeveral(...args)),
    fc.tuple(pick, caller).map((args) => new Read(...args)),
    endRun.map((args) => new EndRun(...args)),
  ];
}

function at(model: Model, pick: number): ModelTask {
  const task = model.tasks[pick % model.tasks.length];
  if (task === undefined) throw new Error('There is no task to pick.');
  return task;
}

function replace(model: Model, task: ModelTask): void {
  model.tasks[model.tasks.findIndex((one) => one.id === task.id)] = task;
}

function carrierOf(change: Change): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(change).map(([name, value]) => [name.charAt(0).toUpperCase() + name.slice(1), value]),
  );
}
