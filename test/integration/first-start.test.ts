import { afterEach, expect, test } from 'vitest';
import { createEmptyPlace, type Place } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let place: Place;
const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await place?.remove();
});

test('servers that start at the same moment on an empty database share its tables and its administrator', async () => {
  place = await createEmptyPlace('postgres');
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      servers.push(await startTestServer('postgres', { place }));
    }),
  );
  expect(servers).toHaveLength(4);
  const [one, other] = servers as [TestServer, TestServer];
  const id = await one.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
  expect(await other.admin.ended(id)).toMatchObject({
    State: 'Succeeded',
    AssociateId: other.admin.associateId,
  });
  expect(await other.admin.json('GET', '/Users')).toHaveLength(1);
});
