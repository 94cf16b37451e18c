import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzing, refusalOr } from '../../../test/support/fuzz.ts';
import type { BatchTask, TaskChange } from '../../domain/batch-task.ts';
import type { Caller } from '../../domain/caller.ts';
import { Refusal, type RefusalKind } from '../../domain/errors.ts';
import { DEFAULT_TEXT_LIMITS } from '../../domain/limits.ts';
import type { Locale } from '../localization/locale.ts';
import { BatchTaskWriter } from '../wire/batch-task-info.ts';
import { jsonPatchChange, mergeChange } from './task-patch.ts';
import { readXml } from './xml-reader.ts';

const caller = {
  associateId: 7,
  login: 'olga',
  tenant: 't',
  roles: [],
  scopes: ['read', 'write'],
} as unknown as Caller;
const task: BatchTask = {
  id: 5,
  tenant: 't',
  name: 'held',
  ownerId: 7,
  isInternal: false,
  detailsTable: 205,
  detailsRecord: 1,
  parameters: { list: [1, { a: 'b' }], 'a/b': '~', Upper: 'x' },
  created: new Date(0),
  updated: new Date(0),
  updatedCount: 0,
  lastStarted: null,
  startCount: 0,
  context: '',
  result: '',
  resultMessage: null,
  state: 'New',
  description: 'old',
  response: '',
  request: 'asked',
  progressDescription: 'so far',
  progressMessage: null,
  progressPercent: 3,
  fileName: '',
  cancellation: 'CanCancel',
  attempt: 0,
  failures: 0,
  losses: 0,
  parentId: null,
};
const locale = {
  text: (text: string) => text,
  message: String,
  date: () => 'a date',
  utcDate: () => 'a date',
} as unknown as Locale;
const writer = new BatchTaskWriter(caller, DEFAULT_TEXT_LIMITS, locale);

function json(operations: unknown): TaskChange {
  return jsonPatchChange(operations, writer)(task);
}

function merge(patch: unknown): TaskChange {
  const change = mergeChange(patch, writer);
  return typeof change === 'function' ? change(task) : change;
}

function expectRefusal(run: () => unknown, kind: RefusalKind, ...says: string[]): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).kind).toBe(kind);
    for (const part of says) expect((error as Refusal).message).toContain(part);
    return;
  }
  expect.unreachable('It was not refused.');
}

describe('JSON Patch', () => {
  test.each([
    [[], {}],
    [[{ op: 'replace', path: '/description', value: 'new' }], { description: 'new' }],
    [[{ op: 'add', path: '/DESCRIPTION', value: 'new' }], { description: 'new' }],
    [[{ op: 'remove', path: '/Description' }], { description: '' }],
    [[{ op: 'replace', path: '/Description', value: null }], { description: '' }],
    [[{ op: 'replace', path: '/Description', value: 'old' }], {}],
    [[{ op: 'copy', from: '/request', path: '/response' }], { response: 'asked' }],
    [[{ op: 'copy', from: '/ParameterObject/upper', path: '/response' }], { response: 'x' }],
    [[{ op: 'move', from: '/request', path: '/response' }], { request: '', response: 'asked' }],
    [[{ op: 'replace', path: '/State', value: 'failed' }], { state: 'Failed' }],
    [[{ op: 'replace', path: '/State', value: 5 }], { state: 'Failed' }],
    [[{ op: 'replace', path: '/State', value: 'All' }], {}],
    [
      [
        { op: 'remove', path: '/State' },
        { op: 'add', path: '/State', value: 'Failed' },
      ],
      { state: 'Failed' },
    ],
    [
      [
        { op: 'test', path: '/State', value: 'New' },
        { op: 'add', path: '/Response', value: 'x' },
      ],
      { response: 'x' },
    ],
    [[{ op: 'test', path: '/parameterobject/LIST/1', value: { a: 'b' } }], {}],
    [[{ op: 'test', path: '/ParameterObject/a~1b', value: '~' }], {}],
    [[{ op: 'test', path: '/TableRight/Mask', value: 'Select, Update, Delete' }], {}],
    [
      [
        { op: 'replace', path: '/Id', value: 5 },
        { op: 'add', path: '/ParameterObject', value: task.parameters },
      ],
      {},
    ],
    [
      [
        { op: 'add', path: '/Response', value: 'x' },
        { op: 'test', path: '/response', value: 'x' },
        { op: 'replace', path: '/Response', value: '' },
      ],
      {},
    ],
  ])('%j', (operations, change) => {
    expect(stripped(json(operations))).toEqual(change);
  });

  test.each([
    ['invalid', {}, 'list of operations'],
    ['invalid', [5], 'Operation 1'],
    ['invalid', [null], 'Operation 1'],
    [
      'invalid',
      [
        { op: 'test', path: '/State', value: 'New' },
        { op: 'toString', path: '/State' },
      ],
      'op of Operation 2 of the patch is "toString"',
    ],
    ['invalid', [{ op: '_get', path: '/State' }], 'is "_get"'],
    ['invalid', [{ op: 'add', path: '/Description' }], 'value'],
    ['invalid', [{ op: 'add', path: 'Description', value: 'x' }], 'path'],
    ['invalid', [{ op: 'copy', path: '/Description' }], 'from'],
    ['invalid', [{ op: 'replace', path: '/Nope', value: 'x' }], 'there is no "/Nope"'],
    ['invalid', [{ op: 'add', path: '/Nope', value: 'x' }], 'there is no "/Nope"'],
    ['invalid', [{ op: 'test', path: '/ParameterObject/list/length', value: 2 }], 'there is no'],
    ['invalid', [{ op: 'test', path: '/ParameterObject/constructor/name', value: 'Object' }], 'there is no'],
    ['invalid', [{ op: 'copy', from: '/toString', path: '/Description' }], 'there is no "/toString"'],
    ['invalid', [{ op: 'add', path: '/Description/__proto__/x', value: 1 }], 'there is no'],
    ['invalid', [{ op: 'add', path: '/Desc~2', value: 'x' }], 'there is no "/Desc~2"'],
    ['invalid', [{ op: 'replace', path: '/Description', value: 5 }], 'Description of The patch is 5'],
    [
      'invalid',
      [{ op: 'copy', from: '/ParameterObject', path: '/Description' }],
      'Description of The patch is an object',
    ],
    ['invalid', [{ op: 'replace', path: '/State', value: 'Done' }], 'State of The patch is "Done"'],
    ['invalid', [{ op: 'remove', path: '/State' }], 'State of The patch is null'],
    ['invalid', Array.from({ length: 1001 }, () => ({ op: 'test', path: '', value: 1 })), 'at most 1000'],
    [
      'conflict',
      [
        { op: 'add', path: '/Description', value: 'x' },
        { op: 'test', path: '/state', value: 'Failed' },
      ],
      'Operation 2',
      '/state',
    ],
    ['conflict', [{ op: 'test', path: '', value: {} }], 'Operation 1'],
    [
      'forbidden',
      [{ op: 'replace', path: '/Id', value: 6 }],
      "Id can't be changed",
      'State, Description, Response, Request',
    ],
    ['forbidden', [{ op: 'replace', path: '/id', value: '5' }], "Id can't be changed"],
    ['forbidden', [{ op: 'remove', path: '/FileName' }], 'FileName'],
    ['forbidden', [{ op: 'move', from: '/Result', path: '/Response' }], 'Result'],
    ['forbidden', [{ op: 'add', path: '/ParameterObject/x', value: 1 }], 'ParameterObject'],
    ['forbidden', [{ op: 'add', path: '/ParameterObject/list/-', value: 1 }], 'ParameterObject'],
    ['forbidden', [{ op: 'add', path: '/ParameterObject/__proto__', value: 1 }], 'ParameterObject'],
    ['forbidden', [{ op: 'replace', path: '', value: {} }], "BatchTaskInfo can't be changed"],
    ['forbidden', [{ op: 'remove', path: '' }], "BatchTaskInfo can't be changed"],
  ] as [RefusalKind, unknown, ...string[]][])('%s: %j', (kind, operations, ...says) => {
    expectRefusal(() => json(operations), kind, ...says);
    expect(task.parameters).toEqual({ list: [1, { a: 'b' }], 'a/b': '~', Upper: 'x' });
  });
});

describe('merge patch', () => {
  test.each([
    [{}, {}],
    [
      { description: 'new', STATE: 'Failed' },
      { description: 'new', state: 'Failed' },
    ],
    [{ Description: null, Unheard: 1 }, { description: '' }],
    [{ Id: 5, Name: 'held', ProgressPercent: 3, Response: 'x' }, { response: 'x' }],
    [{ ParameterObject: { Upper: 'x', list: [1, { a: 'b' }], missing: null } }, {}],
    [{ ParameterObject: {} }, {}],
    [{ TableRight: { Mask: 'Select, Update, Delete' } }, {}],
  ])('%j', (patch, change) => {
    expect(stripped(merge(patch))).toEqual(change);
  });

  test('what is read as XML passes', () => {
    const xml =
      '<BatchTaskInfo><Id>5</Id><IsSystemTask>false</IsSystemTask><ParameterObject><Upper>x</Upper></ParameterObject><Description/></BatchTaskInfo>';
    expect(stripped(merge(readXml(xml)))).toEqual({ description: '' });
  });

  test.each([
    ['invalid', [], 'an object is accepted'],
    ['invalid', 'x', 'an object is accepted'],
    ['invalid', undefined, 'missing'],
    ['invalid', { State: null }, 'State of The patch is null'],
    ['invalid', { Description: 5 }, 'Description of The patch is 5'],
    ['forbidden', { Response: 'x', Id: 6 }, "Id can't be changed"],
    ['forbidden', { Id: '5' }, 'Id'],
    ['forbidden', { Id: null }, 'Id'],
    ['forbidden', { ParameterObject: { Upper: 'y' } }, 'ParameterObject'],
    ['forbidden', { ParameterObject: { constructor: {} } }, 'ParameterObject'],
    ['forbidden', JSON.parse('{"ParameterObject":{"__proto__":{"x":1}}}'), 'ParameterObject'],
    ['forbidden', { Result: { a: 1 } }, 'Result'],
  ] as [RefusalKind, unknown, ...string[]][])('%s: %j', (kind, patch, ...says) => {
    expectRefusal(() => merge(patch), kind, ...says);
  });
});

const { options, timeout } = fuzzing();
const anyPath = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '/',
        '/Description',
        '/state',
        '/ParameterObject',
        '/list',
        '/1',
        '/-',
        '/a',
        '~',
        '/__proto__',
        '/constructor',
        '/prototype',
        '/TableRight',
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''));
const anyValue = fc.oneof(fc.constantFrom('New', 'Failed', 'x', null, 5), fc.jsonValue({ maxDepth: 3 }));
const anyOperation = fc.oneof(
  fc.record({
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
    path: anyPath,
    from: anyPath,
    value: anyValue,
  }),
  fc.jsonValue({ maxDepth: 2 }),
);

test(
  'any patch makes a change of the four properties, or is refused; nothing else is touched',
  () => {
    const before = JSON.stringify(task);
    const globals = [Object.prototype, Object, Array.prototype, Function.prototype].map((one) =>
      Object.getOwnPropertyNames(one).join(),
    );
    fc.assert(
      fc.property(
        fc.array(anyOperation, { maxLength: 5 }),
        fc.jsonValue({ maxDepth: 3 }),
        (operations, patch) => {
          for (const run of [() => json(operations), () => merge(patch)]) {
            const change = refusalOr(run);
            if (change instanceof Refusal) continue;
            for (const [name, value] of Object.entries(change as TaskChange)) {
              expect(['state', 'description', 'response', 'request']).toContain(name);
              expect(['string', 'undefined']).toContain(typeof value);
            }
          }
        },
      ),
      options,
    );
    expect(JSON.stringify(task)).toBe(before);
    expect(
      [Object.prototype, Object, Array.prototype, Function.prototype].map((one) =>
        Object.getOwnPropertyNames(one).join(),
      ),
    ).toEqual(globals);
  },
  timeout,
);

function stripped(change: TaskChange): object {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
