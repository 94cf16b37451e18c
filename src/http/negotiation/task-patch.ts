import { isDeepStrictEqual } from 'node:util';
import jsonPatch, { type Operation } from 'fast-json-patch';
import type { BatchTask, TaskChange } from '../../domain/batch-task.ts';
import { conflict, forbidden, invalid, type Refusal } from '../../domain/errors.ts';
import { type Message, message } from '../../domain/message.ts';
import type { DerivedChange } from '../../tasks/update-task.ts';
import {
  BATCH_TASK_PROPERTIES,
  type BatchTaskInfo,
  type BatchTaskWriter,
  EDITABLE_PROPERTIES,
  readChange,
} from '../wire/batch-task-info.ts';
import { CarrierReader, describe } from '../wire/carrier-reader.ts';
import { isUntyped } from '../wire/untyped.ts';
import type { JsonPatch, MergePatch } from './patches.ts';

/**
 * Patches of a task (contract, section 2). They are applied to the carrier as the caller sees it, on the locked
 * row, all or nothing. Only State, Description, Response and Request can change; a patch that sets another
 * property to what it is already passes.
 */

const properties = new Map(BATCH_TASK_PROPERTIES.map((name) => [name.toLowerCase(), name as string]));
const editable: ReadonlySet<string> = new Set(EDITABLE_PROPERTIES);

/** The most operations of one patch. */
const MOST_OPERATIONS = 1000;
const OPERATIONS: ReadonlySet<unknown> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

/**
 * The change that a merge patch makes (RFC 7396): the properties that it has, null clears a text. Unknown ones
 * are ignored, as in PUT.
 *
 * @throws Refusal where it is no carrier; the change throws (forbidden) where a property may not change
 */
export function mergeChange(patch: MergePatch['patch'], writer: BatchTaskWriter): TaskChange | DerivedChange {
  const carrier = new CarrierReader(patch, message`The patch`);
  const change = readChange(carrier);
  const fixed = [...carrier.names()]
    .map((name) => properties.get(name))
    .filter((name) => name !== undefined && !editable.has(name)) as string[];
  if (fixed.length === 0) return change;
  const isText = isUntyped(patch);
  return (task) => {
    const current = writer.write(task);
    for (const name of fixed) {
      if (!leavesAsIs(current[name], carrier.raw(name), isText)) throw unchangeable(name);
    }
    return change;
  };
}

/** Whether merging the patch leaves the value as it is. Texts of formats without types are compared as texts. */
function leavesAsIs(value: unknown, patch: unknown, isText: boolean): boolean {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    if (isText && typeof patch === 'string' && typeof value !== 'object') return String(value) === patch;
    return (patch === null && value === undefined) || isDeepStrictEqual(value, patch);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(patch).every(([name, part]) =>
    leavesAsIs(
      Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined,
      part,
      isText,
    ),
  );
}

/**
 * The change that a JSON Patch makes (RFC 6902), `test` included. Names in paths match in any casing.
 *
 * @throws Refusal (invalid) where it is no list of operations; the change throws (conflict) where a test fails,
 *   (forbidden) where a property may not change, (invalid) where a path leads nowhere or a value has the wrong type
 */
export function jsonPatchChange(operations: JsonPatch['operations'], writer: BatchTaskWriter): DerivedChange {
  const list = readOperations(operations);
  return (task: BatchTask) => {
    const before = writer.write(task);
    let after: BatchTaskInfo = { ...before };
    list.forEach((operation, index) => {
      after = apply(after, operation, index);
    });
    const changed = EDITABLE_PROPERTIES.filter((name) => after[name] !== before[name]);
    return readChange(
      new CarrierReader(
        Object.fromEntries(changed.map((name) => [name, after[name] ?? null])),
        message`The patch`,
      ),
    );
  };
}

function readOperations(operations: unknown): readonly Operation[] {
  if (!Array.isArray(operations)) {
    throw invalid`A JSON Patch is a list of operations, but the body is ${describe(operations)}.`;
  }
  if (operations.length > MOST_OPERATIONS) {
    throw invalid`The patch has ${operations.length} operations; at most ${MOST_OPERATIONS} are accepted.`;
  }
  operations.forEach((operation: Partial<Operation> | null, index) => {
    if (typeof operation === 'object' && operation !== null && !OPERATIONS.has(operation.op)) {
      throw invalid`${'op'} of ${place(index)} is ${describe(operation.op)}; ${[...OPERATIONS].join(', ')} is accepted.`;
    }
    try {
      jsonPatch.validator(operation as Operation, index);
    } catch (error) {
      if (!(error instanceof jsonPatch.JsonPatchError)) throw error;
      throw invalid`${place(index)}: ${error.message.split('\n', 1)[0] ?? ''}.`;
    }
  });
  return operations as Operation[];
}

/**
 * Applies one operation. The library walks into what objects inherit and lets a value grow without bound, so it
 * only sees paths that were found here, and only the four properties are ever written.
 */
function apply(document: BatchTaskInfo, operation: Operation, index: number): BatchTaskInfo {
  const path = locate(
    document,
    operation.path,
    index,
    operation.op === 'add' || operation.op === 'copy' || operation.op === 'move',
  );
  if (operation.op === 'test') {
    const { value } = operation;
    try {
      jsonPatch.applyOperation(document, { op: 'test', path: pointer(path), value });
    } catch (error) {
      if (!(error instanceof jsonPatch.JsonPatchError)) throw error;
      throw conflict`${place(index)}: the test of ${describe(operation.path)} does not hold. Nothing has changed.`;
    }
    return document;
  }
  const name = path[0] ?? '';
  const isEditable = path.length === 1 && editable.has(name);
  if (operation.op === 'remove') {
    if (!isEditable) throw unchangeable(name);
    return jsonPatch.applyOperation(document, { op: 'remove', path: pointer(path) }).newDocument;
  }
  let value: unknown;
  let from: string[] | undefined;
  if (operation.op === 'copy' || operation.op === 'move') {
    from = locate(document, operation.from, index, false);
    if (operation.op === 'move' && !(from.length === 1 && editable.has(from[0] ?? ''))) {
      throw unchangeable(from[0] ?? '');
    }
    value = valueAt(document, from);
  } else value = operation.value;
  if (!isEditable) {
    const isSame = operation.op !== 'move' && isDeepStrictEqual(valueAt(document, path), value);
    if (!isSame) throw unchangeable(name);
    return document;
  }
  // Wrong types and unknown states are refused here, with the property's name.
  const change = readChange(new CarrierReader({ [name]: value }, message`The patch`));
  if (name === 'State') {
    if (from !== undefined && operation.op === 'move') delete document[from[0] ?? ''];
    return change.state === undefined ? document : { ...document, State: change.state };
  }
  return jsonPatch.applyOperation(
    document,
    (from === undefined
      ? { op: operation.op, path: pointer(path), value }
      : { op: operation.op, path: pointer(path), from: pointer(from) }) as Operation,
  ).newDocument;
}

/**
 * The names that a JSON pointer goes through, as the document has them. Only what is there is found, nothing
 * inherited; the last name may be new where `mayBeNew`.
 */
function locate(document: BatchTaskInfo, path: string, index: number, mayBeNew: boolean): string[] {
  const found: string[] = [];
  let value: unknown = document;
  const names = path.split('/').slice(1).map(jsonPatch.unescapePathComponent);
  names.forEach((given, depth) => {
    const name = depth === 0 ? (properties.get(given.toLowerCase()) ?? given) : nameIn(value, given);
    const isThere =
      typeof value === 'object' &&
      value !== null &&
      Object.hasOwn(value, name) &&
      !(Array.isArray(value) && name === 'length');
    const isNew = mayBeNew && depth === names.length - 1 && (depth > 0 || properties.has(name.toLowerCase()));
    if (!isThere && !isNew) throw invalid`${place(index)}: there is no ${describe(path)} in a BatchTaskInfo.`;
    found.push(name);
    value = isThere ? (value as Record<string, unknown>)[name] : undefined;
  });
  return found;
}

/** A name as an object has it: exactly so, or else in another casing. */
function nameIn(value: unknown, given: string): string {
  if (typeof value !== 'object' || value === null || Object.hasOwn(value, given)) return given;
  return Object.keys(value).find((name) => name.toLowerCase() === given.toLowerCase()) ?? given;
}

function valueAt(document: BatchTaskInfo, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    document,
  );
}

function pointer(path: readonly string[]): string {
  return path.map((name) => `/${jsonPatch.escapePathComponent(name)}`).join('');
}

function place(index: number): Message {
  return message`Operation ${index + 1} of the patch`;
}

function unchangeable(name: string): Refusal {
  return forbidden`${name || 'BatchTaskInfo'} can't be changed by a patch; ${EDITABLE_PROPERTIES.join(', ')} can be changed.`;
}
