import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPlace, DATABASES, type Place } from '../../support/databases.ts';
import { type ServerProcess, spawnServer } from '../../support/server-process.ts';

const CHILDREN = 200;

let place: Place;
let servers: ServerProcess[] = [];

afterEach(async () => {
  for (const { child } of servers) if (child.exitCode === null && child.signalCode === null) child.kill(9);
  servers = [];
  await place?.remove();
});

describe.each(DATABASES)('a parent with hundreds of children on %s', (kind) => {
  let env: Record<string, string>;
  beforeEach(async () => {
    place = await createPlace(kind);
    env = {
      BATCHLINE_HANDLERS: join(import.meta.dirname, 'fixtures/handlers.ts'),
      BATCHLINE_CONCURRENCY: '30',
      BATCHLINE_LEASE_SECONDS: '3',
      FANOUT_LOG: join(place.folder, 'runs.jsonl'),
      FANOUT_GO: join(place.folder, 'go'),
    };
  });

  async function serve(): Promise<ServerProcess> {
    const server = await spawnServer(place, env);
    servers.push(server);
    return server;
  }

  // biome-ignore lint/suspicious/noExplicitAny: lines of the fixture
  const lines = (event: string): any[] =>
    existsSync(env.FANOUT_LOG ?? '')
      ? readFileSync(env.FANOUT_LOG ?? '', 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line))
          .filter((line) => line.event === event)
      : [];

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await delay(5);
  }

  test('killed while it starts them, while they run and when the last has ended, continues exactly once', async () => {
    const first = await serve();
    const id = await first.admin.start({
      Name: 'sum',
      ParameterObject: { children: CHILDREN, failing: [7], waiting: [CHILDREN - 1], onFailure: 'continue' },
    });
    await until(() => lines('parent').length > 0);
    await first.kill(); // as it starts its children, or just after

    const second = await serve();
    await until(() => lines('child').length > CHILDREN / 3);
    await second.kill(); // in the middle of them

    const third = await serve();
    await third.admin.until(id, (task) => task.ProgressDescription.startsWith(`${CHILDREN - 1} of `));
    await writeFile(env.FANOUT_GO ?? '', '');
    await until(() => lines('continued').length > 0 || lines('parent').length > 2);
    await third.kill(); // as it continues

    const fourth = await serve();
    const sum = CHILDREN * (CHILDREN - 1) - 14;
    expect(await fourth.admin.ended(id)).toMatchObject({
      State: 'Succeeded',
      Result: `${sum} of ${CHILDREN}, 1 failed #7`,
    });
    const page = await fourth.admin.json('GET', `/BatchTask/${id}/Children?Limit=1`);
    expect(page).toMatchObject({ Total: CHILDREN, Ended: CHILDREN, Failed: 1 });
    const reasons: string[] = (await fourth.admin.json('GET', `/BatchTask/${id}/Audit`)).map(
      (entry: { Reason: string }) => entry.Reason,
    );
    const continued = `${CHILDREN} of ${CHILDREN} children have ended; run `;
    expect(reasons.filter((reason) => reason.startsWith(continued))).toHaveLength(1);
    expect(reasons.filter((reason) => reason.startsWith('Waits for '))).toHaveLength(1);
    // No child was started twice, and none that had ended ran again.
    expect(new Set(lines('child').map((line) => line.n)).size).toBe(CHILDREN);
    expect(new Set(lines('child').map((line) => line.task)).size).toBe(CHILDREN);
  });
});
