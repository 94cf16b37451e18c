import { expect } from 'vitest';
import type { Answer } from '../support/api-client.ts';
import type { Place } from '../support/databases.ts';
import type { ServerProcess } from '../support/server-process.ts';
import type { RunLog } from './run-log.ts';
import { untilListening } from './waits.ts';

/** A lease that lasts an hour: a stop reaches a run on another server by a signal, or not at all. */
export const BY_SIGNAL_ONLY = { BATCHLINE_LEASE_SECONDS: '3600' };

/** Two servers whose connections a test breaks. */
export interface BrokenPair {
  readonly place: Place;
  readonly log: RunLog;
  /** Both with `BY_SIGNAL_ONLY`. */
  readonly servers: readonly [ServerProcess, ServerProcess];
  /** Breaks every connection; resolves when the servers have noticed. */
  readonly breakAll: () => Promise<void>;
  /** Looks at what the calls are answered that meet the break. */
  readonly onRefused: (answer: Answer) => void;
}

/** Checks that a stop that one server is asked for ends the run on the other after their connections were broken. */
export async function expectSignalsBack({
  place,
  log,
  servers,
  breakAll,
  onRefused,
}: BrokenPair): Promise<void> {
  const [one, other] = servers;
  await untilListening(place, 2);
  const id = await one.admin.start({ Name: 'long', ParameterObject: { ms: 600_000 } });
  await log.until(() => log.has('begin', id, 1));
  const runner = log.begun().find((line) => line.task === id)?.pid;
  const caller = runner === one.child.pid ? other : one;
  await breakAll();
  await untilListening(place, 2);
  const stop = () => caller.admin.call('POST', `/BatchTask/${id}/Stop`);
  let answer = await stop();
  for (; answer.status !== 200; answer = await stop()) onRefused(answer);
  expect(answer.body).toBe(true);
  expect(await caller.admin.ended(id)).toMatchObject({ State: 'Failed' });
  expect([await one.stop(), await other.stop()]).toEqual([0, 0]);
}
