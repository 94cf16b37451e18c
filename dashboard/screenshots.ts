import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { ADMIN } from '../test/support/associates.ts';
import { launchBrowser, NO_BROWSER, signInAs, visit } from '../test/support/browser.ts';
import { createEmptyPlace } from '../test/support/databases.ts';
import { startTestServer, type TestServer } from '../test/support/test-server.ts';
import { buildDashboard } from './build.ts';

// Takes the screenshots of the documentation: `npm run screenshots`.

const FOLDER = join(import.meta.dirname, '../docs/images');
const ROWS = Array.from(
  { length: 400_000 },
  (_, index) => `${index},Customer ${index},${(index * 7919) % 90_000}`,
);

/** Creates running and finished tasks of several users. */
async function makeWork(server: TestServer): Promise<{ importId: number }> {
  const people = [];
  for (const login of ['anna', 'bjorn', 'chloe']) people.push(await server.associate(login));
  const [anna, bjorn, chloe] = people;
  if (anna === undefined || bjorn === undefined || chloe === undefined)
    throw new Error('the users are missing');
  await makeHistory(server, [anna.associateId, bjorn.associateId, chloe.associateId]);
  const countdown = (seconds: number, Description: string, more = {}) => ({
    Name: 'countdown',
    Description,
    ParameterObject: { seconds, ...more },
  });
  await bjorn.ended(await bjorn.start(countdown(1, 'Renumber the invoices', { failAt: 50 })));
  await chloe.ended(await chloe.start({ Name: 'table-export', Description: 'Tasks of the week' }));
  const upload = await fetch(`${server.url}/api/v1/Uploads?Name=customers.csv`, {
    method: 'POST',
    headers: { Authorization: anna.authorization, 'Content-Type': 'text/csv' },
    body: ['id,name,credit', ...ROWS].join('\n'),
  });
  const { File } = (await upload.json()) as { File: string };
  await chloe.start(countdown(90, 'Recalculate the ratings'));
  await bjorn.start(countdown(240, 'Archive of 2024'));
  const importId = await anna.start({
    Name: 'csv-import',
    Description: 'Customers of the north',
    Request: 'New credit limits from the finance department, in force from Monday',
    ParameterObject: {
      file: File,
      table: 'customers',
      chunkRows: 200,
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'name', type: 'text' },
        { name: 'credit', type: 'integer' },
      ],
    },
  });
  await server.admin.start({ ...countdown(600, 'Nightly clean-up'), IsSystemTask: true });
  return { importId };
}

/** Inserts an hour of finished tasks. */
async function makeHistory(server: TestServer, owners: readonly number[]): Promise<void> {
  const db = server.database.sql;
  await sql`
    insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state, description,
      response, request, file_name, cancellation, created, updated, run_after, last_started, start_count, attempt,
      progress_percent, result)
    select 'batchline', (array['countdown', 'csv-import', 'http-requests', 'table-export'])[1 + n % 4],
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
const server = await startTestServer('embedded', { place });
const browser = await launchBrowser();
try {
  const { importId } = await makeWork(server);
  const { page, context } = await visit(browser, server.url, { viewport: { width: 1200, height: 720 } });
  await page.goto(`/tasks/${importId}`);
  await signInAs(page, ADMIN.login, ADMIN.password);
  await page.getByText(/left$/).waitFor({ timeout: 60_000 });
  await take(page, 'task');
  await page.goto('/?scope=all');
  await page.getByText('Nightly clean-up').waitFor();
  await page.getByText(/^\d+ tasks$/).waitFor();
  await take(page, 'tasks');
  await page.goto('/start/csv-import');
  await page.getByRole('heading', { name: 'csv-import' }).waitFor();
  await take(page, 'start');
  await page.goto('/operations');
  await page.locator('.plot canvas').last().waitFor();
  await take(page, 'operations');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 720 });
  await page.goto('/?scope=all');
  await page.getByText('Nightly clean-up').waitFor();
  await take(page, 'phone');
  await context.close();
} finally {
  await browser.close();
  await server.stop();
  await place.remove();
}
