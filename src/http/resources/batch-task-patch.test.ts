import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzing, refusalOr } from '../../../test/support/fuzz.ts';
import type { Caller } from '../../core/access.ts';
import { RequestError, type RequestErrorKind } from '../../core/errors.ts';
import { DEFAULT_TEXT_LIMITS } from '../../core/limits.ts';
import type { BatchTask, TaskChange } from '../../core/task.ts';
import type { Locale } from '../i18n/locale.ts';
import { TaskSerializer } from './batch-task-codec.ts';
import { jsonPatchChange } from './batch-task-patch.ts';

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
const writer = new TaskSerializer(caller, DEFAULT_TEXT_LIMITS, locale);

function json(operations: readonly unknown[], seen: BatchTask = task): TaskChange {
  return jsonPatchChange(operations, writer)(seen);
}

function expectRefusal(run: () => unknown, kind: RequestErrorKind, ...says: string[]): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(RequestError);
    expect((error as RequestError).kind).toBe(kind);
    for (const part of says) expect((error as RequestError).message).toContain(part);
    return;
  }
  expect.unreachable('Expected a RequestError.');
}

describe('JSON Patch', () => {
  test.each([
    [[], {}],
    [[{ op: 'replace', path: '/description', value: 'new' }], { description: 'new' }],
    [[{ op: 'add', path: '/DESCRIPTION', value: 'new' }], { description: 'new' }],
    [[{ op: 'remove', path: '/Description' }], { description: '' }],
    [[{ op: 'replace', path: '/Description', value: null }], { description: '' }],
    [[{ op: 'replace', path: 'description', value: 'new' }], { description: 'new' }],
    [[{ op: 'replace', path: 'Description', value: 'old' }], { description: 'old' }],
    [[{ OP: 'Replace', Path: '/Description', Value: 5, From: null }], { description: '5' }],
    [[{ op: 'replace', path: '/State', value: 'failed' }], { state: 'Failed' }],
    [[{ op: 'replace', path: '/State', value: 5 }], { state: 'Failed' }],
    [[{ op: 'replace', path: '/State', value: 'All' }], {}],
    [[{ op: 'replace', path: '/State', value: null }], {}],
    [[{ op: 'remove', path: '/State' }], {}],
    [[{ op: 'test', path: '/State', value: 'new' }], {}],
    [[{ op: 'test', path: 'state', value: 1 }], {}],
    [[{ op: 'test', path: 'ParameterObject/upper', value: 'x' }], {}],
    [[{ op: 'test', path: '/Id', value: 5 }], {}],
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
        { op: 'add', path: '/Response', value: 'x' },
        { op: 'test', path: '/response', value: 'x' },
        { op: 'replace', path: '/Response', value: '' },
      ],
      { response: '' },
    ],
  ])('%j', (operations, change) => {
    expect(stripped(json(operations))).toEqual(change);
  });

  test.each([
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
    ['invalid', [{ op: 'add', path: 5, value: 'x' }], 'path'],
    [
      'invalid',
      [{ op: 'copy', from: '/Request', path: '/Description' }],
      'is "copy"; add, replace, remove, test',
    ],
    ['invalid', [{ op: 'move', from: '/Request', path: '/Description' }], 'is "move"'],
    ['invalid', [{ op: 'replace', path: '/Nope', value: 'x' }], 'there is no "/Nope"'],
    ['invalid', [{ op: 'add', path: '/Nope', value: 'x' }], 'there is no "/Nope"'],
    ['invalid', [{ op: 'test', path: '/ParameterObject/list/length', value: 2 }], 'there is no'],
    ['invalid', [{ op: 'test', path: '/ParameterObject/constructor/name', value: 'Object' }], 'there is no'],
    ['invalid', [{ op: 'add', path: '/toString', value: 'x' }], 'there is no "/toString"'],
    ['invalid', [{ op: 'test', path: '/ParameterObject/list/2', value: 1 }], 'there is no'],
    ['invalid', [{ op: 'test', path: '/ParameterObject/list/01', value: 1 }], 'there is no'],
    ['invalid', [{ op: 'add', path: '/Description/__proto__/x', value: 1 }], 'there is no'],
    ['invalid', [{ op: 'add', path: '/Desc~2', value: 'x' }], 'there is no "/Desc~2"'],
    [
      'invalid',
      [{ op: 'replace', path: '/Description', value: {} }],
      'Description of Operation 1 of the patch',
    ],
    [
      'invalid',
      [{ op: 'replace', path: '/State', value: 'Done' }],
      'State of Operation 1 of the patch is "Done"',
    ],
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
      'invalid',
      [{ op: 'replace', path: '/Id', value: 6 }],
      "Id can't be changed",
      'State, Description, Response, Request',
    ],
    ['invalid', [{ op: 'replace', path: '/id', value: '5' }], "Id can't be changed"],
    ['invalid', [{ op: 'remove', path: '/FileName' }], 'FileName'],
    ['invalid', [{ op: 'replace', path: '/Id', value: 5 }], "Id can't be changed"],
    ['conflict', [{ op: 'test', path: '/ParameterObject', value: { Upper: 'x' } }], 'Operation 1'],
    [
      'conflict',
      [{ op: 'test', path: '/ParameterObject/list', value: { 0: 1, 1: { a: 'b' } } }],
      'Operation 1',
    ],
    ['invalid', [{ op: 'add', path: '/ParameterObject/x', value: 1 }], 'ParameterObject'],
    ['invalid', [{ op: 'add', path: '/ParameterObject/list/-', value: 1 }], 'ParameterObject'],
    ['invalid', [{ op: 'add', path: '/ParameterObject/__proto__', value: 1 }], 'ParameterObject'],
    ['invalid', [{ op: 'replace', path: '', value: {} }], "BatchTaskInfo can't be changed"],
    ['invalid', [{ op: 'remove', path: '' }], "BatchTaskInfo can't be changed"],
  ] as [RequestErrorKind, unknown[], ...string[]][])('%s: %j', (kind, operations, ...says) => {
    expectRefusal(() => json(operations), kind, ...says);
    expect(task.parameters).toEqual({ list: [1, { a: 'b' }], 'a/b': '~', Upper: 'x' });
  });
});

test('the cost of a patch is linear in the sizes of patch and task (issue 13, item 9)', () => {
  // Reading one property of the large object is one step; a patch may take a bounded number of steps.
  let reads = 0;
  const large = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, index]));
  const counted = new Proxy(large, {
    ownKeys: (target) => {
      reads += 20_000;
      return Reflect.ownKeys(target);
    },
    getOwnPropertyDescriptor: (target, name) => {
      reads += 1;
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    get: (target, name) => {
      reads += 1;
      return Reflect.get(target, name);
    },
  });
  const seen = { ...task, parameters: { large: counted } };
  const some = Object.fromEntries(Object.entries(large).slice(0, 20));
  const failing = Array.from({ length: 999 }, () => ({
    op: 'test',
    path: '/parameterobject/LARGE/KEY7',
    value: 7,
  }));
  expectRefusal(
    () => json([...failing, { op: 'test', path: '/ParameterObject/large', value: some }], seen),
    'conflict',
  );
  expect(json([{ op: 'test', path: '/ParameterObject/large', value: large }], seen)).toEqual({});
  expect(reads).toBeLessThan(400_000);
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
  'any patch changes only the four properties, or is rejected',
  () => {
    const before = JSON.stringify(task);
    const globals = [Object.prototype, Object, Array.prototype, Function.prototype].map((one) =>
      Object.getOwnPropertyNames(one).join(),
    );
    fc.assert(
      fc.property(fc.array(anyOperation, { maxLength: 5 }), (operations) => {
        const change = refusalOr(() => json(operations));
        if (change instanceof RequestError) return;
        for (const [name, value] of Object.entries(change as TaskChange)) {
          expect(['state', 'description', 'response', 'request']).toContain(name);
          expect(typeof value).toBe('string');
        }
      }),
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
