import { conflict, invalid } from '../../core/errors.ts';
import { type Message, message } from '../../core/message.ts';
import type { TaskChange } from '../../core/task.ts';
import { parseState } from '../../core/task-state.ts';
import type { DerivedChange } from '../../services/change-task.ts';
import { describe, ObjectReader } from '../body/object-reader.ts';
import {
  BATCH_TASK_PROPERTIES,
  EDITABLE_PROPERTIES,
  readChange,
  type TaskSerializer,
} from './batch-task-codec.ts';

const MAX_OPERATIONS = 1000;
const OPERATIONS = ['add', 'replace', 'remove', 'test'];

const properties = new Map(BATCH_TASK_PROPERTIES.map((name) => [name.toLowerCase(), name as string]));
const editable: ReadonlySet<string> = new Set(EDITABLE_PROPERTIES);

/** A validated operation. */
type Operation =
  | { readonly change: TaskChange; readonly property: string; readonly value: unknown }
  | { readonly test: readonly string[]; readonly path: string; readonly value: unknown };

/**
 * Reads a JSON Patch of a task (contract, section 2; RFC 6902). `add`, `replace` and `remove` change State, Description,
 * Response and Request; `test` compares any property, and any value inside it. Names in paths are case-insensitive, and the
 * leading slash is optional.
 *
 * The cost is linear in the sizes of patch and task: each value of the patch is visited once, and each object of the
 * task is indexed at most once.
 *
 * @returns a function that derives the change from the locked task, all or nothing; it throws RequestError (conflict) if a
 *   test fails, (invalid) if the path of a test does not exist
 * @throws RequestError (invalid) if an operation is malformed, not supported, or changes another property
 */
export function jsonPatchChange(body: readonly unknown[], writer: TaskSerializer): DerivedChange {
  if (body.length > MAX_OPERATIONS)
    throw invalid`The patch has ${body.length} operations; at most ${MAX_OPERATIONS} are accepted.`;
  const operations = body.map(readOperation);
  return (task) => {
    const document = { ...writer.write(task) };
    const values = new ValueLookup();
    const changes: TaskChange = {};
    operations.forEach((operation, index) => {
      if ('change' in operation) {
        Object.assign(changes, operation.change);
        document[operation.property] = operation.value ?? document[operation.property];
        return;
      }
      const found = values.find(document, operation.test);
      if (found === undefined) throw unknownPath(index, operation.path);
      if (!values.equal(operation.value, found.value))
        throw conflict`${operationName(index)}: the test of ${describe(operation.path)} failed. Nothing has changed.`;
    });
    return changes;
  };
}

function readOperation(body: unknown, index: number): Operation {
  const reader = new ObjectReader(body, operationName(index));
  const op = reader.raw('op');
  const kind = typeof op === 'string' ? op.toLowerCase() : '';
  if (!OPERATIONS.includes(kind))
    throw invalid`${'op'} of ${operationName(index)} is ${describe(op)}; ${OPERATIONS.join(', ')} is accepted.`;
  const path = reader.raw('path');
  if (typeof path !== 'string')
    throw invalid`${'path'} of ${operationName(index)} is ${describe(path)}; ${message`a string`} is accepted.`;
  const value = kind === 'remove' ? null : reader.raw('value');
  if (value === undefined)
    throw invalid`${'value'} of ${operationName(index)} is ${describe(value)}; ${message`any value`} is accepted.`;

  const names = namesOf(path);
  const property = properties.get(names[0]?.toLowerCase() ?? '');
  if (names.length > 0 && property === undefined) throw unknownPath(index, path);
  if (kind === 'test') {
    return { test: names, path, value: property === 'State' && names.length === 1 ? stateOf(value) : value };
  }
  if (property !== undefined && editable.has(property) && names.length > 1) throw unknownPath(index, path);
  if (property === undefined || !editable.has(property)) {
    throw invalid`${property ?? 'BatchTaskInfo'} can't be changed by a patch; ${EDITABLE_PROPERTIES.join(', ')} can be changed.`;
  }
  const change = readChange(new ObjectReader({ [property]: value }, operationName(index)));
  const given = Object.entries(change).filter(([, each]) => each !== undefined);
  return { change: Object.fromEntries(given), property, value: given[0]?.[1] };
}

/** The reference tokens of a JSON Pointer (RFC 6901); none for the whole document. */
function namesOf(path: string): string[] {
  if (path === '') return [];
  const names = path.startsWith('/') ? path.slice(1) : path;
  return names.split('/').map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The wire name of a state; any other value unchanged. */
function stateOf(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number' ? (parseState(value) ?? value) : value;
}

/** Finds and compares values of one task. Considers own properties only, and indexes each object once. */
class ValueLookup {
  /** The property names of each object by lower case, and their number. */
  readonly #indexes = new Map<object, { readonly byLowerName: Map<string, string>; readonly size: number }>();

  /** The value at this path; `undefined` if the path does not exist. */
  find(document: unknown, names: readonly string[]): { readonly value: unknown } | undefined {
    let value = document;
    for (const given of names) {
      if (typeof value !== 'object' || value === null) return undefined;
      const name = this.#nameIn(value, given);
      if (name === undefined) return undefined;
      value = (value as Record<string, unknown>)[name];
    }
    return { value };
  }

  /** True if two JSON values are equal, regardless of the order of properties. */
  equal(expected: unknown, actual: unknown): boolean {
    if (typeof expected !== 'object' || expected === null) return expected === actual;
    if (typeof actual !== 'object' || actual === null) return false;
    if (Array.isArray(expected) || Array.isArray(actual)) {
      if (!Array.isArray(expected) || !Array.isArray(actual)) return false;
      return (
        expected.length === actual.length && expected.every((item, index) => this.equal(item, actual[index]))
      );
    }
    const entries = Object.entries(expected);
    if (entries.length !== this.#indexOf(actual).size) return false;
    return entries.every(
      ([name, value]) =>
        Object.hasOwn(actual, name) && this.equal(value, (actual as Record<string, unknown>)[name]),
    );
  }

  #nameIn(value: object, given: string): string | undefined {
    if (Array.isArray(value))
      return /^(?:0|[1-9]\d{0,9})$/.test(given) && Number(given) < value.length ? given : undefined;
    return Object.hasOwn(value, given) ? given : this.#indexOf(value).byLowerName.get(given.toLowerCase());
  }

  #indexOf(value: object) {
    let index = this.#indexes.get(value);
    if (index === undefined) {
      const names = Object.keys(value);
      index = {
        byLowerName: new Map(names.map((name) => [name.toLowerCase(), name])),
        size: names.length,
      };
      this.#indexes.set(value, index);
    }
    return index;
  }
}

function operationName(index: number): Message {
  return message`Operation ${index + 1} of the patch`;
}

function unknownPath(index: number, path: string): Error {
  return invalid`${operationName(index)}: there is no ${describe(path)} in a BatchTaskInfo.`;
}
