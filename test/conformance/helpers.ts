import { join } from 'node:path';
import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Answer, ApiClient } from '../support/api-client.ts';
import type { DatabaseKind } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');

/** The properties of a BatchTaskInfo in their order, as the contract lists them. */
export const PROPERTIES = [
  'Id',
  'Name',
  'AssociateId',
  'DetailsTable',
  'DetailsRecord',
  'IsSystemTask',
  'IsInternalTask',
  'ParameterObject',
  'LastStarted',
  'Created',
  'StartCount',
  'DatabaseSerialNumber',
  'Context',
  'Result',
  'State',
  'Description',
  'Response',
  'Request',
  'ProgressDescription',
  'ProgressPercent',
  'FileName',
  'CancellationBehaviour',
  'TableRight',
  'FieldProperties',
] as const;

/** The states that a task can have, in the order of their numbers. */
export const STATES = ['New', 'Aquired', 'Started', 'Succeeded', 'Failed', 'SucceededManualCleanup'] as const;

/** A state that a task can have. */
export type State = (typeof STATES)[number];

/** The transitions that bring a task without a run into a state. */
const WAYS: Readonly<Record<State, readonly State[]>> = {
  New: [],
  Aquired: ['Aquired'],
  Started: ['Started'],
  Succeeded: ['Started', 'Succeeded'],
  Failed: ['Failed'],
  SucceededManualCleanup: ['Started', 'SucceededManualCleanup'],
};

/**
 * Starts a server whose inline slot is taken, so that tasks of the inline definitions of `fixtures/handlers.ts`
 * stay as a test leaves them. Tasks of the definitions with threads run.
 */
export async function startConformanceServer(
  kind: DatabaseKind,
  env: Record<string, string> = {},
): Promise<TestServer> {
  const server = await startTestServer(kind, {
    env: {
      BATCHLINE_HANDLERS: HANDLERS,
      BATCHLINE_CONCURRENCY: '1',
      BATCHLINE_THREAD_POOL_SIZE: '6',
      ...env,
    },
  });
  const blocker = await server.admin.start({ Name: 'blocker' });
  await server.admin.until(blocker, (task) => task.State === 'Started');
  return server;
}

/** Starts a task that no worker will run and brings it into a state with PUT. */
export async function taskIn(
  state: State,
  client: ApiClient,
  info: Record<string, unknown> = {},
): Promise<number> {
  const id = await client.start({ Name: 'held', ...info });
  for (const step of WAYS[state]) await client.json('PUT', `/BatchTask/${id}`, { State: step });
  return id;
}

/** Starts a task that the server runs in a thread, and waits until it does. */
export async function runningTask(
  client: ApiClient,
  name: 'wait' | 'cannot-cancel',
  info: Record<string, unknown> = {},
): Promise<number> {
  const id = await client.start({ ...info, Name: name });
  await client.until(id, (task) => task.State === 'Started');
  return id;
}

/** Everything that the database holds of tasks, what is not on the wire included, and their history. */
export async function recordOf(server: TestServer, ...ids: number[]): Promise<unknown[]> {
  const records: unknown[] = [];
  for (const id of ids) {
    const task = await sql`select * from batchline.task where id = ${id}`.execute(server.database.sql);
    const audit = await sql`select * from batchline.task_audit where task_id = ${id} order by id`.execute(
      server.database.sql,
    );
    records.push({ task: task.rows[0], audit: audit.rows });
  }
  return records;
}

/** The error carrier as it must be (contract, section 4): one text under both names, and our Code. */
export function errorCarrier({ body }: Pick<Answer, 'body'>, type: string): object {
  return {
    Error: true,
    ErrorType: type,
    Message: expect.any(String),
    ErrorMessage: body?.Message,
    ErrorSource: 'Batchline.WebApi',
    Code: expect.stringMatching(/^[a-z]+(?:_[a-z]+)*$/),
  };
}

/** Checks the status and the whole shape of an error, and what its message says. */
export function expectError(
  answer: Answer,
  status: number,
  type: string,
  ...says: readonly (string | RegExp)[]
): void {
  expect({ status: answer.status, body: answer.body }, answer.text).toEqual({
    status,
    body: errorCarrier(answer, type),
  });
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  for (const part of says) expect(answer.body.Message).toMatch(part);
  expect(answer.text).not.toMatch(/node_modules|\.ts:\d|\n\s+at /);
}
