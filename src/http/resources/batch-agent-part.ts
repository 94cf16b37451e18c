import { type TSchema, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { Operation } from '../openapi/operation.ts';
import { Int32, nullable } from '../openapi/schemas.ts';
import {
  AnsweredBatchTaskInfo,
  BatchTaskStart,
  BatchTaskState,
  BatchTaskUpdate,
  SelectQuery,
} from './batch-task-schema.ts';
import { COUNTDOWN_START, PUT_SAMPLE } from './samples.ts';
import { IGNORED, StartHeaders, StartQuery } from './start-options.ts';

const Ids = Type.Array(Int32);
const One = AnsweredBatchTaskInfo;
const OneOrNull = nullable(One);
const Many = Type.Array(One);

/** Arguments and answers of the methods of the Batch agent, by their names (contract, section 3). */
const METHODS: Readonly<
  Record<string, { args: Record<string, TSchema>; answer: TSchema | null; changes?: true }>
> = {
  GetBatchTaskInfo: { args: { Id: Int32 }, answer: OneOrNull },
  GetBatchTaskInfosByAssociates: { args: { AssociateIds: Ids }, answer: Many },
  GetBatchTaskInfosByAssociatesAndState: { args: { AssociateIds: Ids, State: BatchTaskState }, answer: Many },
  GetBatchTaskInfosByState: { args: { State: BatchTaskState }, answer: Many },
  GetBatchTaskInfosByNameAndState: { args: { Name: Type.String(), State: BatchTaskState }, answer: Many },
  GetBatchTaskInfosByNameAndAssociates: { args: { Name: Type.String(), AssociateIds: Ids }, answer: Many },
  GetAllBatchTaskInfosByName: { args: { TaskName: Type.String() }, answer: Many },
  GetAllBatchTaskInfosByNameAndState: {
    args: { TaskName: Type.String(), State: BatchTaskState },
    answer: Many,
  },
  GetSystemBatchTaskInfosByName: { args: { TaskName: Type.String() }, answer: Many },
  GetSystemBatchTaskInfosByNameAndState: {
    args: { TaskName: Type.String(), State: BatchTaskState },
    answer: Many,
  },
  StartBatchJob: { args: { BatchTaskInfo: BatchTaskStart }, answer: Int32, changes: true },
  StopBatchJob: { args: { Id: Int32 }, answer: Type.Boolean(), changes: true },
  UpdateBatchTask: {
    args: { BatchTaskInfo: Type.Intersect([Type.Object({ Id: Int32 }), BatchTaskUpdate]) },
    answer: OneOrNull,
    changes: true,
  },
  DeleteBatchTask: { args: { BatchTaskId: Int32 }, answer: null, changes: true },
  DeleteBatchTasks: { args: { BatchTaskIds: Ids }, answer: null, changes: true },
};

const VALUES: Readonly<Record<string, unknown>> = {
  Id: 274,
  AssociateIds: [269, 822],
  State: 'Started',
  Name: 'countdown',
  TaskName: 'countdown',
  BatchTaskId: 274,
  BatchTaskIds: [274, 476],
  BatchTaskInfo: { ...PUT_SAMPLE.request, State: 'Failed' },
};

/** What the document says of a method of the Batch agent. */
export function agentOperation(name: string, summary: string): Operation {
  const method = METHODS[name];
  if (method === undefined) throw new Error(`the arguments of ${name} are not described`);
  const isStart = name === 'StartBatchJob';
  const example = isStart
    ? { BatchTaskInfo: COUNTDOWN_START }
    : Object.fromEntries(Object.keys(method.args).map((argument) => [argument, VALUES[argument]]));
  return {
    id: `Batch_${name}`,
    tag: 'Batch',
    access: name === 'UpdateBatchTask' ? ACCESS.writeOrWork : method.changes ? ACCESS.write : ACCESS.read,
    summary,
    description:
      'Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.',
    answers: method.answer === null ? { 204: null } : { 200: method.answer },
    ...(method.answer === Many
      ? { headers: { 'Batchline-List-Cut': 'How many rows the list has, if it was cut' } }
      : {}),
    ...(isStart ? { headers: IGNORED } : {}),
    refusals: isStart ? [409, 410] : [409],
    reads: {
      query: Type.Object({ ...SelectQuery.properties, ...(isStart ? StartQuery.properties : {}) }),
      ...(isStart ? { headers: StartHeaders } : {}),
      body: Type.Object(method.args),
      bodyIsOptional: true,
    },
    examples: { request: { arguments: example } },
  };
}
