import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { axeFindings } from '../support/browser.ts';
import { describeInBrowser, shownTasks } from './stage.ts';

describeInBrowser('the list of tasks', (stage) => {
  test('follows a task from start to end without a reload', async () => {
    const anna = await stage.server.associate('anna');
    const { page } = await stage.open('/', 'anna');
    await page.getByText('No tasks yet').waitFor();
    const id = await anna.start({ Name: 'countdown', ParameterObject: { seconds: 4 } });
    const row = page.getByRole('row', { name: `countdown #${id}` });
    await row.getByText('Started', { exact: true }).waitFor();
    await row.getByText(/[1-9]\d* %/).waitFor();
    await row.getByText('Succeeded', { exact: true }).waitFor();
    expect(await row.getByRole('progressbar').getAttribute('value')).toBe('100');
  });

  test('filter, search and order are in the address and can be saved as a view', async () => {
    const bo = await stage.server.associate('bo');
    const ids = [];
    for (const [fail, Description] of [
      [true, 'Letters of May'],
      [false, "O'Neill's letters"],
      [true, '100 % wrong'],
    ] as const) {
      const id = await bo.start({ Name: 'flaky', Description, ParameterObject: { fail } });
      ids.push((await bo.ended(id)).Id);
    }
    const [may, neill, wrong] = ids.map((id) => `flaky #${id}`);
    const { page, context } = await stage.open('/', 'bo');
    await expect.poll(() => shownTasks(page)).toEqual([wrong, neill, may]);
    await page.getByRole('button', { name: /^Failed/ }).click();
    await expect.poll(() => shownTasks(page)).toEqual([wrong, may]);
    await page.getByRole('button', { name: 'Task', exact: true }).click();
    await page.getByRole('button', { name: 'Age', exact: true }).click();
    await page.getByRole('button', { name: 'Age', exact: true }).click();
    await expect.poll(() => shownTasks(page)).toEqual([may, wrong]);
    expect(new URL(page.url()).search).toBe('?state=Failed&sort=registeredDate');
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Oldest failures');
    await page.getByRole('button', { name: 'Save', exact: true }).click();

    const other = await context.newPage();
    await other.goto(page.url());
    await expect.poll(() => shownTasks(other)).toEqual([may, wrong]);
    await other.goto('/');
    await other.getByRole('link', { name: 'Oldest failures' }).click();
    await expect.poll(() => shownTasks(other)).toEqual([may, wrong]);
    await other.getByRole('button', { name: 'Delete view' }).click();
    await other.getByRole('dialog').getByRole('button', { name: 'Delete view' }).click();
    await other.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await other.getByRole('link', { name: 'Oldest failures' }).count()).toBe(0);

    await page.goto('/');
    await expect.poll(() => shownTasks(page)).toHaveLength(3);
    await page.keyboard.press('/');
    await page.keyboard.type("o'neill");
    await expect.poll(() => shownTasks(page)).toEqual([neill]);
    const field = page.getByRole('combobox', { name: 'Search by text' });
    await field.fill('100 % ');
    await expect.poll(() => shownTasks(page)).toEqual([wrong]);
    await field.fill(`#${ids[0]}`);
    await expect.poll(() => shownTasks(page)).toEqual([may]);

    await field.fill('sta');
    await page.getByRole('option', { name: 'state:', exact: false }).first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('fai');
    await page.getByRole('option', { name: 'failed' }).click();
    await page.keyboard.type('paper -wrong');
    expect(await field.inputValue()).toBe('state:failed paper -wrong');
    await expect.poll(() => shownTasks(page)).toEqual([may]);
    await expect.poll(() => page.locator('tbody mark').allInnerTexts()).toEqual(['paper']);
    await field.fill('state:fine paper');
    await page.getByText(/^state: has the value "fine" at character 7; new, aquired/).waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await shownTasks(page)).toEqual([may]);
    await page.goto(`/?q=nobody&state=Nonsense&sort=alsoNonsense&scope=7`);
    await page.getByText('No tasks match').waitFor();
  });

  test('shows counts by state, why tasks failed, and stops apart from failures', async () => {
    const eli = await stage.server.associate('eli');
    for (const fail of [true, true, false])
      await eli.ended(await eli.start({ Name: 'flaky', ParameterObject: { fail } }));
    const stopped = await eli.start({ Name: 'countdown', ParameterObject: { seconds: 300 } });
    await eli.call('POST', `/BatchTask/${stopped}/Stop`);
    await eli.ended(stopped);
    const { page } = await stage.open('/', 'eli');
    await page.getByRole('button', { name: /^Failed 2$/ }).waitFor();
    await page.getByRole('button', { name: /^Succeeded 1$/ }).waitFor();
    await page.getByText('4 tasks', { exact: true }).waitFor();
    const row = page.getByRole('row', { name: `countdown #${stopped}` });
    await row.getByText('Stopped', { exact: true }).waitFor();
    await row.getByText(/^Stopped by eli/).waitFor();
    await page.getByText('The printer is out of paper.').first().waitFor();
    expect(await page.locator('tbody .state-Failed').count()).toBe(2);
    await page.getByRole('button', { name: /^Succeeded 1$/ }).click();
    await page.getByText('1 task', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Succeeded 1$/ }).click();
    await page.getByRole('button', { name: /^Stopped 1$/ }).click();
    await page.getByText('1 task', { exact: true }).waitFor();
    await row.getByText('Stopped', { exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe('?state=Stopped');
    await page.goto(`/tasks/${stopped}`);
    await page.locator('h1').getByText('Stopped', { exact: true }).waitFor();
  });

  test('without a hit it offers all tasks, and to clear the filters', async () => {
    await stage.server.associate('fay');
    const { page } = await stage.open('/', 'fay');
    await page.getByText('No tasks yet.').waitFor();
    await page.goto('/?state=Failed');
    await page.getByText('No tasks match.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show all tasks' }).click();
    await page.getByRole('heading', { name: 'All tasks' }).waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => new URL(page.url()).search).toBe('?scope=all');
    await page.getByRole('main').getByRole('link', { name: 'Start a task' }).click();
    await page.getByRole('heading', { name: 'Start a task' }).waitFor();
  });

  test.each([390, 1440])('a long name never breaks a row (%d pixels)', async (width) => {
    const gus = await stage.server.associate(`gus${width}`);
    const name = `nightly-${'import-'.repeat(14)}`;
    await sql`
      insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state,
        description, response, request, file_name, cancellation)
      values ('batchline', ${name}, ${gus.associateId}, false, 0, 0, '', 4, ${'long '.repeat(40)}, '', '', '', 0)`.execute(
      stage.server.database.sql,
    );
    const { page } = await stage.open('/', `gus${width}`, { viewport: { width, height: 800 } });
    const id = page.locator('tbody .task-id');
    await id.waitFor();
    const cell = await page.locator('tbody .task-name').boundingBox();
    const box = await id.boundingBox();
    expect(cell?.height).toBeLessThan(30);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual((cell?.x ?? 0) + (cell?.width ?? 0));
    expect(await page.locator('tbody .task-name a').getAttribute('title')).toBe(name);
    await page.locator('tbody .task-name a').click();
    await page.getByRole('heading', { name }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
  });

  test.each([390, 1440])('Ctrl+K finds pages, tasks, definitions and settings (%d pixels)', async (width) => {
    const hedy = await stage.server.associate(`hedy${width}`);
    const id = await hedy.start({ Name: 'flaky', ParameterObject: { fail: false } });
    const { page } = await stage.open('/', `hedy${width}`, { viewport: { width, height: 800 } });
    await page.getByRole('row', { name: `flaky #${id}` }).waitFor();
    await page.keyboard.press('Control+K');
    const field = page.getByRole('combobox', { name: 'Search or jump to' });
    await field.waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    await page.keyboard.type(`${id}`);
    await page.getByRole('option', { name: `Task ${id}`, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'flaky' }).waitFor();
    await page.getByRole('button', { name: 'Commands' }).click();
    await field.fill('start countd');
    await page.getByRole('option', { name: 'Start countdown' }).click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/start/countdown');
    await page.keyboard.press('Control+K');
    await field.fill('dark');
    await page.getByRole('option', { name: 'Theme: Dark' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await page.keyboard.press('Control+K');
    await field.fill('zzz');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).search).toBe('?q=zzz');
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
  });

  test('arrow keys move through the rows, and Enter opens a task', async () => {
    const carla = await stage.server.associate('carla');
    const ids: number[] = [];
    for (let i = 0; i < 3; i += 1)
      ids.unshift(await carla.start({ Name: 'flaky', ParameterObject: { fail: false } }));
    const { page } = await stage.open('/', 'carla');
    await expect.poll(() => shownTasks(page)).toHaveLength(3);
    await page.getByRole('row').nth(1).focus();
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-index')))
      .toBe('1');
    await page.keyboard.press('End');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-index')))
      .toBe('2');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `flaky #${ids[2]}` }).waitFor();
  });

  test('of 100,000 tasks only the rows in view exist, and more load on scroll', async () => {
    const dora = await stage.server.associate('dora');
    await sql`
      insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state,
        description, response, request, file_name, cancellation)
      select 'batchline', 'flaky', ${dora.associateId}, false, 0, 0, '', 4, 'number ' || n, '', '', '', 0
      from generate_series(1, 100000) as n`.execute(stage.server.database.sql);
    const { page } = await stage.open('/', 'dora');
    await page.getByText('100,000 tasks').waitFor();
    await page.getByText('number 100000', { exact: true }).waitFor();
    const count = (): Promise<number> => page.locator('tbody tr').count();
    expect(await count()).toBeLessThan(60);
    for (const index of [99, 199, 299]) {
      // Scrolls as far as rows are loaded; more load near the end.
      await expect
        .poll(async () => {
          await page.locator('.tasks').evaluate((element, top) => element.scrollTo(0, top), index * 41);
          return page.getByText(`number ${100_000 - index}`, { exact: true }).isVisible();
        })
        .toBe(true);
    }
    expect(await count()).toBeLessThan(60);
    // Rows far below are updated too.
    await sql`update batchline.task set description = 'seen below' where description = 'number 99701'`.execute(
      stage.server.database.sql,
    );
    await page.getByText('seen below', { exact: true }).waitFor();
    // Back returns to the place.
    await page.getByRole('row', { name: 'seen below' }).getByRole('link').click();
    await page.getByRole('heading', { name: /^flaky #/ }).waitFor();
    await page.goBack();
    await page.getByText('seen below', { exact: true }).waitFor();
    expect(await page.getByText('seen below', { exact: true }).isVisible()).toBe(true);
  });
});
