import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { axeFindings } from '../support/browser.ts';
import { describeInBrowser, shownTasks } from './stage.ts';

describeInBrowser('actions on many tasks', (stage) => {
  test('selected tasks are counted, confirmed and restarted, and refused ones are listed', async () => {
    const anna = await stage.server.associate('anna');
    const ids: number[] = [];
    for (const fail of [true, true, false]) {
      const id = await anna.start({ Name: 'flaky', ParameterObject: { fail } });
      ids.push((await anna.ended(id)).Id);
    }
    const { page } = await stage.open('/', 'anna');
    await page.getByRole('checkbox', { name: `Select task ${ids[0]}` }).check();
    await page.getByText('1 task selected', { exact: true }).waitFor();
    await page.getByRole('checkbox', { name: 'Select all loaded tasks' }).check();
    await page.getByText('3 tasks selected', { exact: true }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Restart' }).click();
    const dialog = page.getByRole('dialog', { name: 'Restart the selected tasks?' });
    await dialog.getByText('2 tasks will be restarted.').waitFor();
    await dialog.getByText('1 task is left as it is').click();
    await dialog
      .getByText(`Batch task ${ids[2]} is Succeeded; only a Failed task can be restarted.`)
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect((await anna.task(ids[0] ?? 0)).State).toBe('Failed');
    await dialog.getByRole('button', { name: 'Restart' }).click();
    await dialog.getByText('2 tasks restarted.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => page.locator('tbody .state-Succeeded').count()).toBe(3);
    expect(await page.getByText(/selected$/).count()).toBe(0);

    const later = await anna.json('POST', '/BatchTask?DelaySeconds=3600', {
      Name: 'countdown',
      ParameterObject: {},
    });
    await page.getByRole('checkbox', { name: `Select task ${later}` }).check();
    await page.getByRole('button', { name: 'Priority' }).click();
    const priority = page.getByRole('dialog').getByLabel('Priority');
    await page.getByText('1 task gets another priority.').waitFor();
    await priority.fill('1001');
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Priority' }).isDisabled()).toBe(true);
    await priority.fill('5');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Priority' }).click();
    await page.getByText('1 task changed.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('checkbox', { name: `Select task ${later}` }).check();
    await page.getByRole('button', { name: 'Due time' }).click();
    await page.getByRole('dialog').getByLabel('Due time').fill('2027-01-02T03:04');
    await page.getByRole('dialog').getByRole('button', { name: 'Due time' }).click();
    await page.getByText('1 task changed.').waitFor();
    const { value } = await anna.json(
      'GET',
      `/BatchTask?$select=priority,dueAt&$filter=batchTaskId eq ${later}`,
    );
    expect(value).toMatchObject([{ priority: 5, dueAt: expect.stringMatching(/^2027-01-0[12]T/) }]);
  });

  test('all tasks that match the filter, except some, are deleted on a phone', async () => {
    const bo = await stage.server.associate('bo');
    await sql`
      insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state,
        description, response, request, file_name, cancellation)
      select 'batchline', 'flaky', ${bo.associateId}, false, 0, 0, '', case when n > 250 then 4 else 5 end,
        'number ' || n, '', '', '', 0
      from generate_series(1, 260) as n`.execute(stage.server.database.sql);
    const { page } = await stage.open('/?state=Failed', 'bo', { viewport: { width: 390, height: 800 } });
    await page.getByText('250 tasks', { exact: true }).waitFor();
    const first = page.getByRole('row').filter({ hasText: 'number 250' }).getByRole('checkbox');
    await first.check();
    await page.getByRole('button', { name: 'Select all 250 that match' }).click();
    await first.uncheck();
    await page.getByText('249 tasks selected', { exact: true }).waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('249 tasks will be deleted.').waitFor();
    // A task that fails after the count is left alone.
    await sql`
      insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state,
        description, response, request, file_name, cancellation)
      values ('batchline', 'flaky', ${bo.associateId}, false, 0, 0, '', 5, 'came later', '', '', '', 0)`.execute(
      stage.server.database.sql,
    );
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('249 tasks deleted.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect
      .poll(async () =>
        (await page.locator('tbody .task-description').allInnerTexts()).map((each) => each.trim()),
      )
      .toEqual(['came later', 'number 250']);
    const rest = await sql<{ count: number }>`
      select count(*)::int as count from batchline.task where owner_id = ${bo.associateId}`.execute(
      stage.server.database.sql,
    );
    expect(rest.rows).toEqual([{ count: 12 }]);
  });

  test('Space selects a row, with Shift all rows between, and running tasks are stopped', async () => {
    const carla = await stage.server.associate('carla');
    const ids: number[] = [];
    for (let i = 0; i < 3; i += 1)
      ids.unshift(await carla.start({ Name: 'countdown', ParameterObject: { seconds: 300 } }));
    const { page } = await stage.open('/', 'carla');
    await expect.poll(() => shownTasks(page)).toHaveLength(3);
    await page.getByRole('row').nth(1).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-index')))
      .toBe('1');
    await page.keyboard.press('Shift+Space');
    await page.getByText('2 tasks selected', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('dialog').getByText('2 tasks will be stopped.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('dialog').getByText('2 tasks stopped.').waitFor();
    for (const id of ids.slice(0, 2)) expect((await carla.ended(id)).State).toBe('Failed');
    expect((await carla.task(ids[2] ?? 0)).State).not.toBe('Failed');
    await carla.call('POST', `/BatchTask/${ids[2]}/Stop`);
  });

  test('the view is exported as CSV, in its filter and order', async () => {
    const dora = await stage.server.associate('dora');
    const ids: number[] = [];
    for (const [fail, Description] of [
      [true, '=1+1'],
      [false, 'fine'],
      [true, 'say "no",\nthen go'],
    ] as const) {
      const id = await dora.start({ Name: 'flaky', Description, ParameterObject: { fail } });
      ids.push((await dora.ended(id)).Id);
    }
    const { page } = await stage.open('/?state=Failed', 'dora');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^batchline-tasks-\d{4}-\d\d-\d\d\.csv$/);
    const [head, ...rest] = (await readFile(await download.path(), 'utf8')).split('\r\n');
    expect(head).toBe(
      '\uFEFFId,Name,State,Owner,Created,LastStarted,Updated,StartCount,ProgressPercent,ProgressDescription,Description,Result',
    );
    expect(rest).toHaveLength(3);
    expect(rest[0]).toMatch(new RegExp(`^${ids[2]},flaky,Failed,dora,\\d{4}-`));
    expect(rest[0]).toContain('"say ""no"",\nthen go",The printer is out of paper.');
    expect(rest[1]).toContain(",'=1+1,The printer");
    await page.getByText('2 tasks exported.').waitFor();
  });
});
