import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { Operation } from '../openapi/operation.ts';
import { LeaseChildren, StartedChildren, Waiting } from './children-schema.ts';
import { Acquired, Ended, Renewed } from './workers-schema.ts';

const tag = 'Workers';
/** A lease that is over or was never there is refused with 409 or 404. */
const refusals = [409];

const Declared = Type.Object(
  { Name: Type.String(), LeaseSeconds: Type.Number() },
  { title: 'DeclaredDefinition' },
);

export const declareDefinitionsOperation: Operation = {
  id: 'declareDefinitions',
  access: ACCESS.work,
  tag,
  summary: 'Declares the definitions that a worker offers.',
  answers: { 200: Type.Array(Declared) },
  refusals,
  examples: { request: { resize: { Definitions: [{ Name: 'resize', Description: 'Resizes pictures' }] } } },
};

export const forgetDefinitionOperation: Operation = {
  id: 'forgetDefinition',
  access: ACCESS.administerServer,
  tag,
  summary: 'Forgets a definition that workers have declared.',
  answers: { 204: null },
  refusals,
};

export const acquireTasksOperation: Operation = {
  id: 'acquireTasks',
  access: ACCESS.work,
  tag,
  summary: 'Claims tasks for a worker; waits for them up to 30 s.',
  answers: { 200: Acquired },
  examples: { request: { one: { Worker: 'host-1', Definitions: ['resize'], Limit: 1, WaitSeconds: 30 } } },
};

export const endAcquireOperation: Operation = {
  id: 'endAcquire',
  access: ACCESS.work,
  tag,
  summary: 'Has a waiting Acquire answered at once.',
  answers: { 204: null },
};

export const renewLeaseOperation: Operation = {
  id: 'renewLease',
  access: ACCESS.work,
  tag,
  summary: 'Renews a lease, writes progress, tells whether to stop.',
  answers: { 200: Renewed },
  refusals,
  examples: { request: { half: { ProgressPercent: 50, ProgressDescription: 'half of it' } } },
};

export const keepCheckpointOperation: Operation = {
  id: 'keepCheckpoint',
  access: ACCESS.work,
  tag,
  summary: 'Keeps a value that the next attempt finds.',
  answers: { 204: null },
  refusals,
  examples: { request: { row: { Value: { row: 1200 } } } },
};

export const addLogLinesOperation: Operation = {
  id: 'addLogLines',
  access: ACCESS.work,
  tag,
  summary: "Adds lines to the task's log.",
  answers: { 204: null },
  refusals,
  examples: { request: { line: { Lines: [{ Level: 'warn', Message: 'row 17 was skipped' }] } } },
};

export const uploadResultFileOperation: Operation = {
  id: 'uploadResultFile',
  access: ACCESS.work,
  tag,
  summary: "Uploads the task's result file.",
  answers: { 204: null },
  refusals: [409, 413],
  reads: { body: { content: { '*/*': Type.Unsafe<Blob>({ type: 'string', format: 'binary' }) } } },
};

export const startChildrenOperation: Operation = {
  id: 'startChildren',
  access: ACCESS.work,
  tag,
  summary: 'Starts children of the task.',
  answers: { 200: StartedChildren },
  refusals,
  examples: { request: { one: { Children: [{ Key: 'page-1', Name: 'resize' }] } } },
};

export const listLeaseChildrenOperation: Operation = {
  id: 'listLeaseChildren',
  access: ACCESS.work,
  tag,
  summary: 'The children of the task.',
  answers: { 200: LeaseChildren },
  refusals,
};

export const waitForChildrenOperation: Operation = {
  id: 'waitForChildren',
  access: ACCESS.work,
  tag,
  summary: 'Ends the run until all children of the task have ended.',
  answers: { 200: Waiting },
  refusals,
};

export const succeedTaskOperation: Operation = {
  id: 'succeedTask',
  access: ACCESS.work,
  tag,
  summary: 'Ends the run: the task has succeeded.',
  answers: { 200: Ended },
  refusals,
  examples: {
    request: { done: { Result: '12 pictures' } },
    answer: { ended: { State: 'Succeeded', NextRunInSeconds: null } },
  },
};

export const failTaskOperation: Operation = {
  id: 'failTask',
  access: ACCESS.work,
  tag,
  summary: 'Ends the run: it has failed; it may be tried again.',
  answers: { 200: Ended },
  refusals,
  examples: { request: { final: { Message: 'the picture is broken', Retry: false } } },
};

export const returnTaskOperation: Operation = {
  id: 'returnTask',
  access: ACCESS.work,
  tag,
  summary: 'Gives the task back, to be run again.',
  answers: { 200: Ended },
  refusals,
};
