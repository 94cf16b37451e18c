import type { Caller } from '../../core/access.ts';
import { invalid } from '../../core/errors.ts';
import type { TextLimits } from '../../core/limits.ts';
import { rightsOn, TableRight, type TaskRights } from '../../core/permissions.ts';
import type { BatchTask, TaskChange } from '../../core/task.ts';
import type { StartRequest } from '../../services/start-task.ts';
import type { ObjectReader } from '../body/object-reader.ts';
import type { Locale } from '../i18n/locale.ts';

const TABLE_BITS = [
  ['Select', 1],
  ['Update', 2],
  ['Insert', 4],
  ['Delete', 8],
] as const;

const FIELD_BITS = [
  ['Nullable', 32],
  ['UIHintMandatory', 64],
  ['UIHintReadOnly', 128],
] as const;

/** `TableRight.Mask` as text: `FULL`, `None`, or a list such as `Select, Update` (contract, section 7). */
export function tableRightMask(bits: number): string {
  return bits === TableRight.FULL ? 'FULL' : listed(bits, TABLE_BITS, 'None');
}

/** `FieldRight.Mask` as text: `None`, `Read`, `Write`, `Update`, with hints after it (contract, section 7). */
export function fieldRightMask(bits: number): string {
  const access = ['None', 'Read', 'Write', 'Update'][bits & 3] ?? 'None';
  const hints = listed(bits, FIELD_BITS, '');
  if (hints === '') return access;
  return access === 'None' ? hints : `${access}, ${hints}`;
}

function listed(bits: number, names: readonly (readonly [string, number])[], nothing: string): string {
  const given = names.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
  return given.length === 0 ? nothing : given.join(', ');
}

/** Describes a property for FieldProperties. */
interface FieldInfo {
  readonly type: 'System.Int32' | 'System.String' | 'System.DateTime' | 'System.Boolean' | 'System.Object';
  /** In bytes, or in characters for strings; 0 if there is no limit. */
  readonly length: number | keyof TextLimits;
  /** True if PUT may change it. */
  readonly editable?: true;
}

/** The properties of a BatchTaskInfo in wire order, with their types (contract, sections 1 and 7). */
const BATCH_TASK_FIELDS = {
  Id: { type: 'System.Int32', length: 4 },
  Name: { type: 'System.String', length: 254 },
  AssociateId: { type: 'System.Int32', length: 4 },
  DetailsTable: { type: 'System.Int32', length: 4 },
  DetailsRecord: { type: 'System.Int32', length: 4 },
  IsSystemTask: { type: 'System.Boolean', length: 1 },
  IsInternalTask: { type: 'System.Boolean', length: 1 },
  ParameterObject: { type: 'System.Object', length: 0 },
  LastStarted: { type: 'System.DateTime', length: 16 },
  Created: { type: 'System.DateTime', length: 16 },
  StartCount: { type: 'System.Int32', length: 4 },
  DatabaseSerialNumber: { type: 'System.String', length: 'databaseSerialNumber' },
  Context: { type: 'System.String', length: 'context' },
  Result: { type: 'System.String', length: 0 },
  State: { type: 'System.Int32', length: 4, editable: true },
  Description: { type: 'System.String', length: 'description', editable: true },
  Response: { type: 'System.String', length: 'response', editable: true },
  Request: { type: 'System.String', length: 'request', editable: true },
  ProgressDescription: { type: 'System.String', length: 'progressDescription' },
  ProgressPercent: { type: 'System.Int32', length: 4 },
  FileName: { type: 'System.String', length: 'fileName' },
  CancellationBehaviour: { type: 'System.Int32', length: 4 },
} as const satisfies Record<string, FieldInfo>;

/** The names of all properties of a BatchTaskInfo, in wire order. */
export const BATCH_TASK_PROPERTIES = [
  ...Object.keys(BATCH_TASK_FIELDS),
  'TableRight',
  'FieldProperties',
] as const;

/** The names of the properties that PUT and PATCH may change. */
export const EDITABLE_PROPERTIES = Object.entries<FieldInfo>(BATCH_TASK_FIELDS)
  .filter(([, info]) => info.editable)
  .map(([name]) => name);

/** A BatchTaskInfo on the wire. */
export type BatchTaskInfo = Record<string, unknown>;

/** Serializes tasks as BatchTaskInfo for one caller (contract, section 1). */
export class TaskSerializer {
  readonly #caller: Caller;
  readonly #limits: TextLimits;
  readonly #locale: Locale;
  /** FieldProperties by rights: tasks with the same rights share them. */
  readonly #fieldProperties = new Map<TaskRights, Record<string, unknown>>();

  constructor(caller: Caller, limits: TextLimits, locale: Locale) {
    this.#caller = caller;
    this.#limits = limits;
    this.#locale = locale;
  }

  /** Serializes a task, with the rights that this caller has on it. */
  write(task: BatchTask): BatchTaskInfo {
    const rights = rightsOn(this.#caller, task);
    const locale = this.#locale;
    return {
      Id: task.id,
      Name: task.name,
      AssociateId: task.ownerId,
      DetailsTable: task.detailsTable,
      DetailsRecord: task.detailsRecord,
      IsSystemTask: task.ownerId === 0,
      IsInternalTask: task.isInternal,
      ParameterObject: task.parameters,
      LastStarted: locale.date(task.lastStarted),
      Created: locale.utcDate(task.created),
      StartCount: task.startCount,
      DatabaseSerialNumber: task.tenant,
      Context: locale.text(task.context),
      Result: locale.text(task.result, task.resultMessage),
      State: task.state,
      Description: locale.text(task.description),
      Response: locale.text(task.response),
      Request: locale.text(task.request),
      ProgressDescription: locale.text(task.progressDescription, task.progressMessage),
      ProgressPercent: task.progressPercent,
      FileName: task.fileName,
      CancellationBehaviour: task.cancellation,
      TableRight: { Mask: tableRightMask(rights.table), Reason: this.#reasonOf(rights) },
      FieldProperties: this.#fieldPropertiesOf(rights),
    };
  }

  #reasonOf({ reason }: TaskRights): string {
    return reason === null ? '' : this.#locale.message(reason);
  }

  #fieldPropertiesOf(rights: TaskRights): Record<string, unknown> {
    let properties = this.#fieldProperties.get(rights);
    if (properties === undefined) {
      properties = {};
      const reason = this.#reasonOf(rights);
      for (const [name, info] of Object.entries<FieldInfo>(BATCH_TASK_FIELDS)) {
        const mask = info.editable ? rights.editable : rights.rest;
        properties[name] = {
          FieldRight: { Mask: fieldRightMask(mask), Reason: info.editable ? reason : '' },
          FieldType: info.type,
          FieldLength: typeof info.length === 'string' ? this.#limits[info.length] : info.length,
        };
      }
      this.#fieldProperties.set(rights, properties);
    }
    return properties;
  }
}

/**
 * Reads the four properties that PUT may change; every other property is ignored, regardless of its value (contract,
 * section 2). `All` and `Unknown` leave State unchanged.
 *
 * @throws RequestError if one of the four has the wrong type, or the state does not exist
 */
export function readChange(payload: ObjectReader): TaskChange {
  const state = payload.state('State');
  return {
    state: state === 'All' || state === 'Unknown' ? undefined : state,
    description: payload.text('Description'),
    response: payload.text('Response'),
    request: payload.text('Request'),
  };
}

/**
 * Reads the properties that a start accepts; others are ignored (contract, section 1).
 *
 * @throws RequestError if Name is missing or a property has the wrong type
 */
export function readStart(payload: ObjectReader): StartRequest {
  const name = payload.text('Name');
  if (name === undefined || name === '') {
    throw invalid`Name of BatchTaskInfo is missing; the name of a definition is accepted.`;
  }
  return {
    name,
    associateId: payload.int('AssociateId') ?? 0,
    isSystemTask: payload.flag('IsSystemTask') ?? false,
    isInternalTask: payload.flag('IsInternalTask') ?? false,
    detailsTable: payload.int('DetailsTable') ?? 0,
    detailsRecord: payload.int('DetailsRecord') ?? 0,
    parameterObject: payload.dictionary('ParameterObject') ?? null,
    databaseSerialNumber: payload.text('DatabaseSerialNumber') ?? '',
    context: payload.text('Context') ?? '',
    description: payload.text('Description') ?? '',
    response: payload.text('Response') ?? '',
    request: payload.text('Request') ?? '',
    fileName: payload.text('FileName') ?? '',
  };
}
