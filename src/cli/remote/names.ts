import type { Candidate, ListNames } from '../completion.ts';
import { type Connection, connect } from './connection.ts';

/** Number of recent tasks that completion offers. */
const RECENT_TASKS = '30';
/** A shell waits this long for candidates. */
const PATIENCE_MS = 2000;

type Lister = (
  connection: Connection,
  context: Parameters<ListNames>[1],
) => Promise<readonly (readonly [word: string | number, description: string])[]>;

const LISTERS: Readonly<Record<string, Lister>> = {
  definition: async ({ client, answer }) =>
    (await answer(client.GET('/api/v1/Definitions'))).map((one) => [one.Name, one.Description]),
  // `-p name=…` of `task start DEFINITION`.
  'name=value': async ({ client, answer }, { operands: [name = ''] }) => {
    const { Parameters } = await answer(
      client.GET('/api/v1/Definitions/{name}', { params: { path: { name } } }),
    );
    const { properties = {} } = Parameters as { properties?: Record<string, { description?: string }> };
    return Object.entries(properties).map(([key, { description = '' }]) => [`${key}=`, description]);
  },
  task: async ({ client, answer }) => {
    const query = {
      $select: 'batchTaskId,name,description',
      $orderBy: 'batchTaskId desc',
      $top: RECENT_TASKS,
    };
    const { value } = await answer(client.GET('/api/v1/BatchTask', { params: { query } }));
    return value.map((row) => [Number(row.batchTaskId), `${row.name} ${row.description}`]);
  },
  schedule: async ({ client, answer }) =>
    (await answer(client.GET('/api/v1/Schedules'))).map((one) => [one.Id, `${one.Name}: ${one.Cron}`]),
  webhook: async ({ client, answer }) =>
    (await answer(client.GET('/api/v1/Webhooks'))).map((one) => [one.Id, one.Url]),
  subscription: async ({ client, answer }) =>
    (await answer(client.GET('/api/v1/Subscriptions'))).map((one) => [
      one.Id,
      `${one.Channel} ${one.Target}`,
    ]),
  delivery: async ({ client, answer }, { group, operands: [id] }) => {
    const params = { path: { id: Number(id) }, query: {} };
    const found =
      group === 'webhook'
        ? await answer(client.GET('/api/v1/Webhooks/{id}/Deliveries', { params }))
        : await answer(client.GET('/api/v1/Subscriptions/{id}/Deliveries', { params }));
    return found.map((one) => [one.Id, `${one.State} ${one.Error ?? ''}`.trim()]);
  },
  token: async ({ client, answer }) =>
    (await answer(client.GET('/api/v1/Tokens'))).map((one) => [one.Id, one.Name]),
  app: async ({ client, answer }) =>
    (await answer(client.GET('/api/v1/Applications'))).map((one) => [one.Id, one.Name]),
  login: async ({ client, answer }) =>
    (await answer(client.GET('/api/v1/Users'))).map((one) => [one.Login, one.Name]),
  associate: async ({ client, answer }) =>
    (await answer(client.GET('/api/v1/Users'))).map((one) => [one.AssociateId, one.Login]),
  upload: async ({ client, answer }) =>
    (await answer(client.GET('/api/v1/Uploads'))).map((one) => [one.File, one.Name]),
  zone: async ({ client, answer }) => {
    const query = { $select: 'id,timeZone,country,ianaName' };
    const { value } = await answer(client.GET('/api/v1/TimeZone', { params: { query } }));
    return value.map((row) => [String(row.ianaName), String(row.country)]);
  },
};

/** Lists the objects of a kind on the server that the options, the settings and `batchline login` select. */
export const listNames: ListNames = async (kind, context) => {
  const list = LISTERS[kind];
  if (list === undefined) return [];
  const { options } = context;
  const connection = await connect({
    ...(options.has('url') ? { url: options.get('url') ?? '' } : {}),
    ...(options.has('token') ? { token: options.get('token') ?? '' } : {}),
    // A password can't be prompted for here.
    ...(options.get('login')?.includes(':') ? { login: options.get('login') ?? '' } : {}),
  });
  const found = await Promise.race([list(connection, context), noneAfter(PATIENCE_MS)]);
  return found.map(([word, description]): Candidate => ({ word: String(word), description }));
};

async function noneAfter(ms: number): Promise<readonly never[]> {
  const { promise, resolve } = Promise.withResolvers<readonly never[]>();
  setTimeout(() => resolve([]), ms).unref();
  return promise;
}
