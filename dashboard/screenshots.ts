import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { ADMIN } from '../test/support/associates.ts';
import { launchBrowser, NO_BROWSER, signInAs, visit } from '../test/support/browser.ts';
import { createEmptyPlace } from '../test/support/databases.ts';
import { startTestServer, type TestServer } from '../test/support/test-server.ts';
import { buildDashboard } from './build.ts';

// Takes the screenshots of the documentation: `npm run screenshots`.

const FOLDER = join(import.meta.dirname, '../docs/images');
const ROWS = 6000;

/** A file of customers in which some rows have errors. */
const CUSTOMERS = [
  'id;name;joined;credit',
  ...Array.from({ length: ROWS }, (_, index) => {
    const joined = index % 211 === 7 ? '31.02.2026' : `2026-0${1 + (index % 9)}-11`;
    return `${index};Customer ${index};${joined};${index % 353 === 9 ? 'much' : (index * 7919) % 90_000}`;
  }),
].join('\n');

const COLUMNS = [
  { name: 'id', type: 'integer' },
  { name: 'name', type: 'text' },
  { name: 'joined', type: 'date' },
  { name: 'credit', type: 'integer' },
];

/** Runs imports with errors, an export, and a fan-out that is still running at the end. */
async function makeWork(server: TestServer): Promise<{ parentId: number }> {
  const people = [];
  for (const login of ['anna', 'bjorn', 'chloe']) people.push(await server.associate(login));
  const [anna, bjorn, chloe] = people;
  if (anna === undefined || bjorn === undefined || chloe === undefined)
    throw new Error('the users are missing');
  await makeHistory(server, [anna.associateId, bjorn.associateId, chloe.associateId]);
  const upload = await fetch(`${server.url}/api/v1/Uploads?Name=customers.csv`, {
    method: 'POST',
    headers: { Authorization: anna.authorization, 'Content-Type': 'text/csv' },
    body: CUSTOMERS,
  });
  const { File: file } = (await upload.json()) as { File: string };
  const load = (Description: string, table: string, columns: object[] = COLUMNS) => ({
    Name: 'csv-import',
    Description,
    ParameterObject: { file, table, delimiter: ';', columns },
  });
  const parentId = await bjorn.start({
    Name: 'send-invoices',
    Description: 'Invoices of November',
    ParameterObject: { month: '2026-11' },
  });
  // They are newer than the children, so that the list begins with them.
  await waitFor(
    async () => (await bjorn.json('GET', `/BatchTask/${parentId}/Children?Limit=1`)).Total === 24,
  );
  await chloe.start({ Name: 'table-export', Description: 'Archive of November', DelaySeconds: 7200 });
  const short = [
    // A column that the file does not have
    await anna.start(load('Price list', 'prices', [{ name: 'price', type: 'number' }])),
    await anna.start(load('Customers of the north', 'customers')),
    await chloe.start({ Name: 'table-export', Description: 'Tasks of the week' }),
  ];
  for (const id of short) await server.admin.ended(id);
  return { parentId };
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(50);
}

/** Inserts an hour of finished tasks. */
async function makeHistory(server: TestServer, owners: readonly number[]): Promise<void> {
  const db = server.database.sql;
  await sql`
    insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state, description,
      response, request, file_name, cancellation, created, updated, run_after, last_started, start_count, attempt,
      progress_percent, result)
    select 'batchline', (array['send-invoice', 'csv-import', 'http-requests', 'table-export'])[1 + n % 4],
      (${JSON.stringify(owners)}::text::jsonb ->> (n % 3))::int, false, 0, 0, '', case when n % 11 = 0 then 5 else 4 end,
      '', '', '', '', 0, at, at + wait + took, at, at + wait, 1, 1, case when n % 11 = 0 then 64 else 100 end,
      case when n % 33 = 0 then 'The table customers is locked.' when n % 11 = 0 then 'Connection refused after 3 tries' else '' end
    from (
      select n, now() - interval '58 minutes' + n * interval '5.5 seconds' as at,
        (0.2 + 1.6 * abs(sin(n / 60.0))) * interval '1 second' as wait, (2 + n % 23) * interval '1 second' as took
      from generate_series(1, 620) as n
    ) as made`.execute(db);
  await sql`
    insert into batchline.task_audit (task_id, tenant, at, actor_id, from_state, to_state, attempt, reason)
    select id, tenant, created, owner_id, null, 1, 0, 'Started by a caller.' from batchline.task
    union all select id, tenant, last_started, 0, 2, 3, 1, 'Run 1 begins.' from batchline.task
    union all select id, tenant, updated, 0, 3, state, 1, 'The run succeeded.' from batchline.task`.execute(
    db,
  );
}

async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  process.stdout.write(`docs/images/${name}.png\n`);
}

if (NO_BROWSER !== undefined) throw new Error(NO_BROWSER);
mkdirSync(FOLDER, { recursive: true });
await buildDashboard();
const place = await createEmptyPlace('embedded');
const server = await startTestServer('embedded', {
  place,
  env: {
    BATCHLINE_HANDLERS: join(import.meta.dirname, 'screenshot-handlers.ts'),
    BATCHLINE_CONCURRENCY: '8',
  },
});
const browser = await launchBrowser();
try {
  const { parentId } = await makeWork(server);
  const { page, context } = await visit(browser, server.url, { viewport: { width: 1280, height: 1000 } });
  await page.goto(`/tasks/${parentId}`);
  await signInAs(page, ADMIN.login, ADMIN.password);
  await page.getByText(/^(1\d|2[0-3]) of 24 ended/).waitFor({ timeout: 120_000 });
  await take(page, 'task');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto('/?scope=all');
  await page.getByText('Customers of the north').waitFor();
  await page.getByText(/^\d+ tasks$/).waitFor();
  await take(page, 'tasks');
  await page.goto('/start/csv-import');
  await page.locator('input[type=file]').setInputFiles({
    name: 'customers.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(CUSTOMERS),
  });
  await page.locator('.preview').waitFor();
  await take(page, 'start');
  await page.goto('/operations');
  await page.locator('.plot canvas').last().waitFor();
  await take(page, 'operations');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto('/?scope=all');
  await page.getByText('Customers of the north').waitFor();
  await take(page, 'phone');
  await context.close();
} finally {
  await browser.close();
  await server.stop();
  await place.remove();
}
