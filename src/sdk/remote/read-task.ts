import { DEFAULT_TEXT_LIMITS } from '../../core/limits.ts';
import type { BatchTask, CancellationBehaviourName, Parameters } from '../../core/task.ts';
import type { AcquiredTask } from './client.ts';

/** Converts a task from the response of Acquire to the type that handlers receive. */
export function readTask(acquired: AcquiredTask): BatchTask {
  const info = acquired.Task;
  const text = (name: string): string => String(info[name] ?? '');
  const number = (name: string): number => Number(info[name] ?? 0);
  const lastStarted = readDate(text('LastStarted'));
  return {
    id: number('Id'),
    tenant: text('DatabaseSerialNumber'),
    name: text('Name'),
    ownerId: number('AssociateId'),
    isInternal: info.IsInternalTask === true,
    detailsTable: number('DetailsTable'),
    detailsRecord: number('DetailsRecord'),
    parameters: (info.ParameterObject ?? null) as Parameters | null,
    created: readDate(text('Created')),
    updated: lastStarted,
    updatedCount: 0,
    lastStarted,
    startCount: number('StartCount'),
    context: text('Context'),
    result: text('Result'),
    resultMessage: null,
    state: 'Started',
    description: text('Description'),
    response: text('Response'),
    request: text('Request'),
    progressDescription: text('ProgressDescription'),
    progressMessage: null,
    progressPercent: number('ProgressPercent'),
    fileName: text('FileName'),
    cancellation: text('CancellationBehaviour') as CancellationBehaviourName,
    attempt: acquired.Attempt,
    failures: acquired.Failures,
    losses: acquired.Losses,
    parentId: acquired.ParentId,
  };
}

/** Returns the maximum length of ProgressDescription, which the server sends in FieldProperties. */
export function readProgressLimit({ Task }: AcquiredTask): number {
  const fields = Task.FieldProperties as Record<string, { FieldLength?: unknown }> | undefined;
  const length = fields?.ProgressDescription?.FieldLength;
  return typeof length === 'number' ? length : DEFAULT_TEXT_LIMITS.progressDescription;
}

/** Parses a time of the server. Times without an offset are UTC, because the worker requests that zone. */
function readDate(text: string): Date {
  return new Date(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
}
