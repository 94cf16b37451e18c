import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addCell, listAllCells, listTenants, placeTenant, removeCell } from '../../../src/cli/local/cells.ts';
import { moveTenantCommand, openCell } from '../../../src/cli/local/tenant-move.ts';
import { openControl } from '../../../src/db/control.ts';
import { listPlacements } from '../../../src/db/queries/cell.ts';
import { moveTenant } from '../../../src/services/tenant-move.ts';
import { checkHistory } from '../../faults/history.ts';
import { readContents, storyOf } from '../../faults/inspect.ts';
import { ApiClient } from '../../support/api-client.ts';
import { ADMIN } from '../../support/associates.ts';
import { createEmptyPlace, type Place } from '../../support/databases.ts';
import { freePort } from '../../support/postgres-server.ts';
import { runCli, spawnCli } from '../../support/run-cli.ts';
import { startTestServer, TEST_ENV, type TestServer } from '../../support/test-server.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';

/* Two cells in separate schemas of one PostgreSQL server, and a control database. */

let place: Place;
let a: TestServer;
let b: TestServer;
const envs: Record<'a' | 'b' | 'c', Record<string, string>> = { a: {}, b: {}, c: {} };
const url = (cell: 'a' | 'b'): string => `http://127.0.0.1:${envs[cell].PORT}`;
/** Runs a command with the settings of a cell, in this process. Returns what it prints. */
const done = async (cell: keyof typeof envs, command: () => Promise<unknown>): Promise<string> => {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line) => lines.push(line));
  for (const [name, value] of Object.entries({ ...TEST_ENV, ...place.env, ...envs[cell] }))
    vi.stubEnv(name, value);
  try {
    await command();
    return lines.join('\n');
  } finally {
    vi.unstubAllEnvs();
    log.mockRestore();
  }
};
const TASK = { Name: 'countdown', ParameterObject: { seconds: '0' } };

beforeAll(async () => {
  place = await createEmptyPlace('postgres');
  process.env.FANOUT_GO = join(place.folder, 'go');
  for (const cell of ['a', 'b'] as const)
    envs[cell] = {
      BATCHLINE_SCHEMA: `cell_${cell}`,
      BATCHLINE_CELL: cell,
      BATCHLINE_CONTROL_URL: place.env.DATABASE_URL ?? '',
      BATCHLINE_CELL_ROUTING: cell === 'a' ? 'proxy' : 'redirect',
      BATCHLINE_FILES: `${place.folder}/files-${cell}`,
      BATCHLINE_HANDLERS: 'test/integration/fan-out/fixtures/handlers.ts',
      BATCHLINE_ALLOW_PRIVATE_ADDRESSES: 'true',
      PORT: String(await freePort()),
    };
  await done('a', () => addCell('a', { endpoint: url('a') }));
  await done('b', () => addCell('b', { endpoint: `${url('b')}/`, ids: '1000' }));
  await done('a', () => placeTenant('Cust2', { cell: 'b' }));
  a = await startTestServer('postgres', { place, env: envs.a });
  b = await startTestServer('postgres', { place, env: envs.b });
});
afterAll(async () => {
  delete process.env.FANOUT_GO;
  await a?.stop();
  await b?.stop();
  await place?.remove();
});

/** A client whose calls name a customer. */
const at = ({ url: base, admin }: TestServer, customer: string): ApiClient =>
  Object.assign(Object.create(ApiClient.prototype) as ApiClient, {
    url: `${base}/${customer}`,
    authorization: admin.authorization,
    associateId: admin.associateId,
  });

test('every cell returns where a tenant is', async () => {
  for (const { url: base } of [a, b]) {
    const state = async (customer: string) =>
      ((await (await fetch(`${base}/api/state/${customer}`)).json()) as { Endpoint: string }).Endpoint;
    expect(await state('Cust1')).toBe(`${url('a')}/Cust1/`);
    expect(await state('cust2')).toBe(`${url('b')}/cust2/`);
  }
  const shown = await runCli(['tenant', 'show', 'Cust1'], { ...TEST_ENV, ...place.env, ...envs.b });
  expect(shown.stdout).toContain(`is in the cell a: ${url('a')}/Cust1/`);
  expect(await done('a', () => listTenants({}))).toBe('Cust2\tb\t-');
  expect(await done('a', () => listAllCells({}))).toBe(
    `a\t${url('a')}\t1-134217728\t0\tdefault\nb\t${url('b')}\t134217729-134218728\t1\t-`,
  );
});

test('a cell forwards a request for a tenant of another one, with its body and credentials', async () => {
  const client = at(a, 'Cust2');
  const id = await client.start(TASK);
  expect(id).toBe(134_217_729);
  expect(await client.ended(id)).toMatchObject({ State: 'Succeeded', DatabaseSerialNumber: 'Cust2' });
  expect(await b.admin.json('GET', `/BatchTask/${id}`)).toMatchObject({ Id: id });
  const upload = await client.call('POST', '/Uploads?Name=big.bin', 'x'.repeat(300_000), {
    'Content-Type': 'application/octet-stream',
  });
  expect(upload.body).toMatchObject({ Bytes: 300_000 });
});

test('a cell redirects a request for a tenant of another one', async () => {
  const response = await fetch(`${b.url}/Cust1/api/v1/BatchTask?$top=1`, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([
    308,
    `${url('a')}/Cust1/api/v1/BatchTask?$top=1`,
  ]);
});

test('a forwarded request is not forwarded again', async () => {
  const headers = { Authorization: a.admin.authorization, 'Batchline-Cell-Hop': '1' };
  const response = await fetch(`${a.url}/Cust2/api/v1/BatchTask?$top=1`, { headers });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
});

test('a start that names a tenant of another cell in its body is refused with the address', async () => {
  const refused = await a.admin.call('POST', '/BatchTask', { ...TASK, DatabaseSerialNumber: 'Cust2' });
  expect(refused).toMatchObject({
    status: 409,
    body: { Message: expect.stringContaining(`${url('b')}/Cust2/`) },
  });
});

test('accounts without a tenant work in every cell, those of a tenant only in its own', async () => {
  expect(b.admin.associateId).toBe(a.admin.associateId);
  const everyone = await b.admin.withToken(['read']);
  await a.associate('anna', { roles: ['administrator'] });
  await b.associate('bo', { tenant: 'Cust2' });
  await vi.waitFor(
    async () => {
      expect(
        (await fetch(`${a.url}/api/v1/Tokens`, { headers: { Authorization: everyone.authorization } }))
          .status,
      ).toBe(200);
      await ApiClient.signIn(b.url, 'anna', 'password of anna');
    },
    { timeout: 20_000, interval: 100 },
  );
  const users: { Login: string }[] = await a.admin.json('GET', '/Users');
  expect(users.map(({ Login }) => Login).toSorted()).toEqual(['admin', 'anna']);
});

/** Everything of an archive list over all cells, page by page. */
async function listAll(client: ApiClient, query: string): Promise<{ rows: Row[]; pages: number }> {
  const rows: Row[] = [];
  for (let pages = 1, link: string | null = `/BatchTask?$cells=all&${query}`; ; pages += 1) {
    const page: { value: Row[]; 'odata.nextLink': string | null } = await client.json('GET', link);
    rows.push(...page.value);
    if (page['odata.nextLink'] === null) return { rows, pages };
    const { pathname, search } = new URL(page['odata.nextLink']);
    link = pathname.replace('/api/v1', '') + search;
  }
}
type Row = { readonly PrimaryKey: string; readonly Cell: string; readonly name: string };

test('a list over all cells is in the order asked for, page by page, from any cell', async () => {
  const names = ['Ärger', 'apfel', 'Zebra', 'birne', 'Öl', 'citrus', 'zwei'];
  const started = await Promise.all(
    names.map((Description, index) =>
      at(index % 2 === 0 ? a : b, index % 2 === 0 ? 'List1' : 'Cust2').start({
        ...TASK,
        Description,
        DelaySeconds: 900,
      }),
    ),
  );
  const filter = `$filter=batchTaskId oneOf (${started.join(', ')})`;
  for (const client of [a.admin, b.admin]) {
    const byText = await listAll(client, `${filter}&$orderBy=description&$select=description&$top=2`);
    const { rows: sorted } = await sql<{ text: string }>`
      select text from unnest(${names}::text[]) as t(text) order by batchline.fold(text)`.execute(
      a.database.sql,
    );
    expect(byText.rows.map((row) => (row as unknown as { description: string }).description)).toEqual(
      sorted.map(({ text }) => text),
    );
    expect(byText.pages).toBe(4);
    const byId = await listAll(client, `${filter}&$orderBy=batchTaskId desc&$skip=3&$top=3`);
    const ids = started.toSorted((one, other) => other - one);
    expect(byId.rows.map((row) => Number(row.PrimaryKey))).toEqual(ids.slice(3));
    expect(new Set(byId.rows.map((row) => row.Cell))).toEqual(new Set(['a']));
    const count = await client.json(
      'GET',
      `/Archive/BatchTasks?$cells=all&${filter}&$inlineCount=True&$top=0`,
    );
    expect([count['odata.count'], count['odata.nextLink']]).toEqual([7, null]);
  }
  const groups = await a.admin.call('GET', '/BatchTask?$cells=all&$select=Count(state):Footer');
  expect([groups.status, groups.body.Message]).toEqual([400, expect.stringContaining('one cell')]);
  const bound = await a.associate('li', { tenant: 'List1', roles: ['administrator'] });
  const own = await listAll(bound, filter);
  expect(own.rows).toHaveLength(4);
  const printed = await runCli(
    [
      'task',
      'list',
      '--all-cells',
      '--filter',
      `batchTaskId oneOf (${started.join(',')})`,
      '--json',
      '--url',
      a.url,
      '--login',
      `admin:${ADMIN.password}`,
    ],
    TEST_ENV,
  );
  expect(JSON.parse(printed.stdout)).toHaveLength(7);
});

test('workers and administrative actions of all cells are listed from any cell', async () => {
  const workers: { Cell: string }[] = await b.admin.json('GET', '/Workers?Cells=all');
  expect(workers.map(({ Cell }) => Cell).toSorted()).toEqual(['a', 'b']);
  const first = await a.admin.call('GET', '/Administration/Audit?Cells=all&Top=2');
  const token = first.headers.get('batchline-continue');
  const second = await a.admin.call('GET', `/Administration/Audit?Cells=all&Top=1000&Continue=${token}`);
  const all = [...first.body, ...second.body] as { Cell: string; At: string; Id: number }[];
  expect(new Set(all.map(({ Cell }) => Cell))).toEqual(new Set(['a', 'b']));
  expect(all.map(({ At }) => At)).toEqual(
    all
      .map(({ At }) => At)
      .toSorted()
      .toReversed(),
  );
  expect(new Set(all.map(({ Cell, Id }) => `${Cell} ${Id}`)).size).toBe(all.length);
  expect((await a.admin.call('GET', '/Administration/Audit?Cells=all&Continue=x')).status).toBe(400);
  expect((await a.admin.call('GET', '/Workers?Cells=some')).status).toBe(400);
});

test('a cell that is down is named, and the others are listed', async () => {
  const control = openControl(envs.a.BATCHLINE_CONTROL_URL ?? '');
  const moveEndpoint = async (endpoint: string) => {
    await sql`update batchline_control.cell set endpoint = ${endpoint} where name = 'b'`.execute(control);
    await sql`update batchline_control.state set version = version + 1`.execute(control);
  };
  const missing = async () =>
    (await a.admin.call('GET', '/BatchTask?$cells=all&$top=1')).headers.get('batchline-cells-missing');
  try {
    await moveEndpoint(`http://127.0.0.1:${await freePort()}`);
    await vi.waitFor(async () => expect(await missing()).toBe('b'), { timeout: 20_000, interval: 100 });
    expect((await a.admin.call('GET', '/BatchTask?$cells=all')).body.value.length).toBeGreaterThan(0);
    const text = (await a.admin.call('GET', '/Workers?Cells=all')).headers.get('batchline-cells-missing');
    expect(text).toBe('b');
  } finally {
    await moveEndpoint(url('b'));
    await control.destroy();
  }
  await vi.waitFor(async () => expect(await missing()).toBeNull(), { timeout: 20_000, interval: 100 });
});

test('a login of a tenant works at every cell: with Basic, a ticket and a session of the page', async () => {
  await b.associate('berta', { tenant: 'Cust2' });
  const password = 'password of berta';
  const basic = await ApiClient.signIn(a.url, 'berta', password);
  const id = await basic.start(TASK);
  expect(id).toBeGreaterThan(134_217_728);
  const signIn = (body: object, headers = {}) =>
    fetch(`${a.url}/api/v1/SignIn`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ Login: 'berta', Password: password, ...body }),
    });
  const ticket = (await (await signIn({})).json()) as { Ticket: string };
  expect(ticket.Ticket).toMatch(/^7T:b\./);
  for (const { url: base } of [a, b]) {
    const client = await ApiClient.withAuthorization(base, `SoTicket ${ticket.Ticket}`);
    expect(await client.json('GET', `/BatchTask/${id}`)).toMatchObject({ Id: id });
  }
  // A browser without TLS sends Origin, which names the cell that it knows.
  const page = await signIn({ Cookie: true }, { Origin: a.url });
  const { XsrfToken } = (await page.json()) as { XsrfToken: string };
  const Cookie = page.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const stopped = await fetch(`${a.url}/api/v1/BatchTask/${id}/Stop`, {
    method: 'POST',
    headers: { Cookie, 'X-XSRF-TOKEN': XsrfToken, Origin: a.url },
  });
  expect([stopped.status, await stopped.json()]).toEqual([200, false]);
  expect(
    (await fetch(`${a.url}/api/v1/BatchTask/${id}/Stop`, { method: 'POST', headers: { Cookie } })).status,
  ).toBe(401);
  expect((await signIn({ Password: 'wrong' })).status).toBe(401);
  expect((await signIn({ Login: 'nobody' })).status).toBe(401);
  expect((await fetch(`${b.url}/api/v1/SignIn/Login`, { method: 'POST' })).status).toBeGreaterThanOrEqual(
    400,
  );
});

test('a session of an administrator works for tenants of other cells, with the rights that it has there', async () => {
  const signedIn = await fetch(`${b.url}/api/v1/SignIn`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ Login: 'admin', Password: ADMIN.password }),
  });
  const { Ticket } = (await signedIn.json()) as { Ticket: string };
  const client = await ApiClient.withAuthorization(b.url, `SoTicket ${Ticket}`);
  const far = Object.assign(Object.create(ApiClient.prototype) as ApiClient, client, {
    url: `${b.url}/Cust1`,
  });
  const id = await far.start(TASK);
  expect(id).toBeLessThan(134_217_728);
  expect(await far.ended(id)).toMatchObject({ State: 'Succeeded', DatabaseSerialNumber: 'Cust1' });
});

test.each([
  ['a place in an unknown cell', () => placeTenant('Cust3', { cell: 'c' }), 'There is no cell c.'],
  ['a second place', () => placeTenant('cust2', { cell: 'a' }), 'is placed already'],
  ['the removal of a cell with tenants', () => removeCell('b', {}), 'has 1 tenants'],
  ['a name in upper case', () => addCell('C', { endpoint: url('a') }), 'lower-case letters'],
  ['an endpoint that is no address', () => addCell('c', { endpoint: 'x' }), '--endpoint is "x"'],
  ['a second cell in a schema', () => addCell('c', { endpoint: url('a') }), 'is that of the cell a'],
])('%s is refused', async (_, command, reason) => {
  await expect(done('a', command)).rejects.toThrow(reason);
});

/** Starts tasks until told to stop. A start that is refused while the tenant moves is repeated with the same key. */
async function load(
  client: ApiClient,
  name: string,
  started: Set<number>,
  isOver: () => boolean,
): Promise<void> {
  for (let n = 0; !isOver() || n < 10; n += 1) {
    const start = { ...TASK, ...(n % 5 === 0 ? { DelaySeconds: 2 } : {}) };
    for (let id: number | undefined; id === undefined; ) {
      const { status, body } = await client.call('POST', '/BatchTask', start, {
        'Idempotency-Key': `${name}-${n}`,
      });
      expect([200, 503], JSON.stringify(body)).toContain(status);
      if (status === 200) id = body as number;
      if (id !== undefined) started.add(id);
    }
  }
}

/** Moves a tenant by the command line, and kills that when the tenant is fenced. */
async function killedMove(tenant: string): Promise<void> {
  const { child, exited } = spawnCli(['tenant', 'move', tenant, '--to', 'b'], {
    ...TEST_ENV,
    ...place.env,
    ...envs.a,
  });
  const control = openControl(envs.a.BATCHLINE_CONTROL_URL ?? '');
  try {
    const phase = async () =>
      (await listPlacements(control)).find((one) => one.tenant === tenant)?.move?.phase;
    await vi.waitFor(async () => expect(await phase()).toBe('fenced'), { timeout: 60_000, interval: 10 });
    child.kill('SIGKILL');
    await exited;
  } finally {
    await control.destroy();
  }
}

/** Moves a tenant in this process, and is cut in the middle of copying a table. */
async function cutMove(
  tenant: string,
  cut: () => void | Promise<void> = () => {
    throw new Error('cut');
  },
): Promise<void> {
  const control = openControl(envs.a.BATCHLINE_CONTROL_URL ?? '');
  try {
    await moveTenant(
      {
        control,
        openCell,
        drainSeconds: 0,
        onProgress: (text) => {
          if (text.endsWith(' of task_audit')) void cut();
        },
      },
      tenant,
      'b',
    );
  } finally {
    await control.destroy();
  }
}

test('a tenant moves while it works, although the move is killed', async () => {
  const tenant = 'Mover1';
  const started = new Set<number>();
  let isMoved = false;
  const owner = await a.associate('mo', { tenant });
  const upload = await owner.call('POST', '/Uploads?Name=kept.txt', 'kept', { 'Content-Type': 'text/plain' });
  const schedule = await owner.json('POST', '/Schedules', {
    Name: 'nightly',
    Definition: 'countdown',
    ParameterObject: { seconds: '0' },
    Cron: '0 3 * * *',
  });
  const long = await owner.start({ Name: 'countdown', ParameterObject: { seconds: '3' } });
  started.add(long);
  const token = await owner.withToken(['read', 'write']);
  const loads = Promise.all([
    load(at(a, tenant), 'admin', started, () => isMoved),
    load(token, 'token', started, () => isMoved),
  ]);

  await killedMove(tenant);
  await expect(done('a', () => cutMove(tenant))).rejects.toThrow('cut');
  await expect(done('a', () => moveTenantCommand(tenant, { to: 'a' }))).rejects.toThrow(
    'is moving from a to b',
  );
  expect(await done('a', () => moveTenantCommand(tenant, { to: 'b' }))).toContain('copied and verified');
  isMoved = true;
  await loads;

  const moved = at(b, tenant);
  for (const id of started) expect(await moved.ended(id)).toMatchObject({ State: 'Succeeded' });
  expect(await token.json('GET', `/BatchTask/${long}`)).toMatchObject({ Id: long, State: 'Succeeded' });
  const { NextRun } = await moved.json('GET', `/Schedules/${schedule.Id}`);
  expect(NextRun).toBe(schedule.NextRun);
  const kept = upload.body.File.replace('upload:', '');
  expect(readFileSync(join(place.folder, 'files-b/uploads', kept), 'utf8')).toBe('kept');
  const contents = await readContents(b.database);
  for (const id of started) checkHistory(storyOf(contents, id));
  const count = async ({ database }: TestServer): Promise<number> => {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from batchline.task where tenant = ${tenant}`.execute(database.sql);
    return rows[0]?.n ?? 0;
  };
  expect([await count(a), await count(b)]).toEqual([0, started.size]);
  const late = sql`insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record,
    context, state, description, response, request, file_name, cancellation)
    values (${tenant}, 'countdown', 0, false, 0, 0, '', 1, '', '', '', '', 0)`;
  await expect(late.execute(a.database.sql)).rejects.toThrow('has moved');
});

test('a move that is canceled leaves the tenant where it was', async () => {
  const tenant = 'Stayer1';
  const id = await at(a, tenant).start({ ...TASK, DelaySeconds: 4 });
  await expect(done('a', () => cutMove(tenant))).rejects.toThrow('cut');
  expect(await done('a', () => moveTenantCommand(tenant, { cancel: true }))).toContain('stays in the cell a');
  await vi.waitFor(() => at(a, tenant).start(TASK), { timeout: 20_000, interval: 50 });
  expect(await at(a, tenant).ended(id)).toMatchObject({ State: 'Succeeded' });
  const { rows } = await sql`select 1 from batchline.task where tenant = ${tenant}`.execute(b.database.sql);
  expect(rows).toEqual([]);
});

/** Breaks the connection of the control database by which a move holds its lock. */
async function breakLock(): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'batchline control' and state = 'idle in transaction'`.execute(b.database.sql);
}

test('everything of a tenant moves, although the control database is lost for a moment', async () => {
  const tenant = 'Whole1';
  const receiver = await startReceiver();
  const owner = await a.associate('wally', { tenant, roles: ['administrator'] });
  const hook = await owner.json('POST', '/Webhooks', { Url: receiver.url });
  const subscription = await owner.json('POST', '/Subscriptions', {
    Channel: 'Webhook',
    Target: receiver.url,
    On: ['Failed'],
  });
  const { File } = (
    await owner.call('POST', '/Uploads?Name=c.csv', 'id,name\n1,Ann\n2,Bo\n', { 'Content-Type': 'text/csv' })
  ).body;
  const columns = [
    { name: 'id', type: 'integer' },
    { name: 'name', type: 'text' },
  ];
  const imported = await owner.start({
    Name: 'csv-import',
    ParameterObject: { file: File, table: 'customers', columns },
  });
  expect(await owner.ended(imported)).toMatchObject({ State: 'Succeeded' });
  const failed = await owner.start({ Name: 'child', ParameterObject: { n: 1, fail: true } });
  await owner.ended(failed);
  const parent = await owner.start({ Name: 'sum', ParameterObject: { children: 3, waiting: [1] } });
  const children = async (client: ApiClient): Promise<{ Id: number; State: string }[]> =>
    (await client.json('GET', `/BatchTask/${parent}/Children`)).Children.map(
      (one: { Task: object }) => one.Task,
    );
  await vi.waitFor(
    async () =>
      expect((await children(owner)).map(({ State }) => State).toSorted()).toEqual([
        'Started',
        'Succeeded',
        'Succeeded',
      ]),
    { timeout: 20_000, interval: 50 },
  );
  const users: { AssociateId: number; Login: string }[] = await owner.json('GET', '/Users');
  const wally = users.find(({ Login }) => Login === 'wally')?.AssociateId;
  const link = await owner.json('POST', `/Users/${wally}/PasswordLink`);
  /** Numbers of tasks that were created and that failed. */
  const sums = async (client: ApiClient): Promise<number[]> => {
    const { Changes } = await client.json('GET', '/Statistics?Minutes=60');
    return ['Registered', 'Failed'].map((what) =>
      Changes.reduce((sum: number, each: Record<string, number>) => sum + (each[what] ?? 0), 0),
    );
  };
  const before = await sums(owner);

  await expect(done('a', () => cutMove(tenant, breakLock))).rejects.toThrow(
    'run the command again to continue',
  );
  expect(await done('a', () => moveTenantCommand(tenant, { to: 'b', drainSeconds: '0' }))).toContain(
    'copied and verified',
  );
  writeFileSync(join(place.folder, 'go'), '');

  const signIn = () => ApiClient.signIn(b.url, 'wally', 'password of wally');
  // The new cell redirects until it knows of the move.
  const moved = await vi.waitFor(signIn, { timeout: 20_000, interval: 200 });
  expect(await moved.ended(parent)).toMatchObject({ State: 'Succeeded', Result: '6 of 3, 0 failed' });
  expect(await children(owner)).toEqual(await children(moved)); // the old cell forwards its login
  const { rows } = await sql`select id, name from batchline_data.customers order by id`.execute(
    b.database.sql,
  );
  expect(rows).toEqual([
    { id: '1', name: 'Ann' },
    { id: '2', name: 'Bo' },
  ]);
  await expect(sql`select 1 from batchline_data.customers`.execute(a.database.sql)).rejects.toThrow(
    'does not exist',
  );
  expect(await moved.json('GET', `/Subscriptions/${subscription.Id}`)).toMatchObject({
    Target: receiver.url,
  });
  expect(await sums(moved)).toEqual(before);
  await receiver.until((received) =>
    received.some(({ body }) => body.TaskId === parent && body.To === 'Succeeded'),
  );
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(ids.length);
  expect((await moved.json('GET', `/Webhooks/${hook.Id}/Deliveries`)).length).toBeGreaterThan(3);
  const set = await fetch(`${b.url}/api/v1/SignIn/Password`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ Link: new URL(link.Url).hash.slice(1), Password: 'another good password' }),
  });
  expect([set.status, await set.json()]).toEqual([200, { Login: 'wally' }]);
  await receiver.close();
}, 60_000);

test('no tenant moves into a cell whose ids others may have assigned', async () => {
  envs.c = {
    ...envs.a,
    BATCHLINE_SCHEMA: 'cell_c',
    BATCHLINE_CELL: 'c',
    BATCHLINE_FILES: `${place.folder}/files-c`,
  };
  expect(await done('c', () => addCell('c', { endpoint: url('a'), ids: 'all' }))).toContain(
    'from 1 to 2147483647',
  );
  await expect(done('a', () => moveTenantCommand('Stayer1', { to: 'c' }))).rejects.toThrow('overlap');
  expect(await done('a', () => removeCell('c', {}))).toContain('Removed');
});
