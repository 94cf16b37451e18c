import { expect, test } from 'vitest';
import { axeFindings } from '../support/browser.ts';
import { describeInBrowser } from './stage.ts';

describeInBrowser('operations', (stage) => {
  test('shows throughput, queues and failures', async () => {
    const { admin } = stage.server;
    const ids = [];
    for (const fail of [true, true, false, false, false])
      ids.push(await admin.start({ Name: 'flaky', ParameterObject: { fail } }));
    for (const id of ids) await admin.ended(id);
    const running = await admin.start({ Name: 'close-the-books' });
    await admin.until(running, (task) => task.State === 'Started');
    const stopped = await admin.json('POST', '/BatchTask?DelaySeconds=1000', { Name: 'flaky' });
    await admin.json('POST', `/BatchTask/${stopped}/Stop`);
    const { page } = await stage.open('/operations', 'admin');
    await page.getByText('3 succeeded, 2 failed').waitFor();
    await page.getByText('40 %', { exact: true }).first().waitFor();
    const cells = await page.getByRole('row', { name: 'flaky' }).locator('.number').allInnerTexts();
    expect(cells).toEqual(['0', '–', '0', '0', '3', '2', '1', '40 %']);
    const definitions = page.getByRole('region', { name: 'Definitions' });
    expect(
      await definitions.getByRole('row', { name: 'close-the-books' }).locator('.number').allInnerTexts(),
    ).toEqual(['0', '–', '0', '1', '0', '0', '0', '–']);
    expect(await page.locator('.plot canvas').count()).toBe(4);
    await page.getByText('peak 1').waitFor();
    await page.locator('.failures').getByText('The printer is out of paper.').waitFor();
    const worker = page.getByRole('region', { name: 'Workers' }).getByRole('row').nth(1);
    expect(await worker.textContent()).toMatch(/ServerLive1 \/ \d+close-the-books #\d+/);
    await page.getByRole('button', { name: 'Last week' }).click();
    await page.getByText('3 succeeded, 2 failed').waitFor();
    expect(new URL(page.url()).search).toBe('?minutes=10080');
    await page.getByRole('link', { name: `#${ids[1]}` }).click();
    await page.getByRole('heading', { name: `flaky #${ids[1]}` }).waitFor();
  });

  test('a definition has a page, from the list of definitions', async () => {
    const { page } = await stage.open('/definitions', 'admin');
    await page.getByRole('columnheader', { name: 'Failed' }).getByRole('button').click();
    expect(await page.getByRole('rowheader').first().textContent()).toBe('flaky');
    await page.getByRole('searchbox').fill('told');
    expect(await page.getByRole('rowheader').allTextContents()).toEqual(['flaky']);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'flaky', exact: true }).click();
    await page.getByRole('heading', { name: 'flaky', level: 1 }).waitFor();
    const figures = page.locator('.figures');
    await figures.getByText('40 %').waitFor();
    expect(await figures.locator('dd').allTextContents()).toEqual([
      '0',
      '–',
      '0',
      '0',
      '3',
      '2',
      '1',
      '40 %',
    ]);
    await page.getByText('Of the last 6 tasks that ended in the period').waitFor();
    await page.locator('.failures').getByText('The printer is out of paper.').waitFor();
    expect(await page.getByRole('region', { name: 'Recent tasks' }).getByRole('row').count()).toBe(7);
    await page.getByRole('button', { name: 'Pause flaky' }).click();
    await page.getByText('Paused by Administrator').waitFor();
    await page.getByRole('button', { name: 'Resume flaky' }).click();
    await page.getByText('Paused by Administrator').waitFor({ state: 'detached' });
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await axeFindings(page)).toEqual([]);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
    }
    await page.getByRole('button', { name: 'Start a task' }).click();
    await page.getByLabel('fail').uncheck();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.locator('.task-header').getByText('Succeeded').waitFor();
  });

  test('tasks of a paused definition wait until it is resumed', async () => {
    const { admin } = stage.server;
    const { page } = await stage.open('/operations', 'admin');
    await page.getByRole('button', { name: 'Pause flaky' }).click();
    await page.getByRole('button', { name: 'Resume flaky' }).waitFor();
    const id = await admin.start({ Name: 'flaky', ParameterObject: { fail: false } });
    await page.getByRole('row', { name: /^flaky 1 / }).waitFor();
    expect((await admin.task(id)).State).toBe('New');
    await page.getByRole('button', { name: 'Resume flaky' }).click();
    await page.getByRole('button', { name: 'Pause flaky' }).waitFor();
    await admin.ended(id);
  });

  test('limits of a definition are set and reset', async () => {
    const { admin } = stage.server;
    const limits = async () =>
      (await admin.json('GET', '/Definitions')).find((each: { Name: string }) => each.Name === 'flaky');
    const { page } = await stage.open('/operations', 'admin');
    const open = (): Promise<void> => page.getByRole('button', { name: 'Limits of flaky' }).click();
    await open();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Concurrent runs', { exact: true }).fill('0');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Must be at least 1.').waitFor();
    await dialog.getByLabel('Concurrent runs', { exact: true }).fill('4');
    await dialog.getByLabel('Runs per period').fill('100');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Length of the period in seconds').fill('0.5');
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: 'flaky' }).getByText('Limited').waitFor();
    expect(await limits()).toMatchObject({
      Limits: { Concurrent: 4, PerTenant: null, Rate: { Runs: 100, Seconds: 0.5 } },
      LimitsAreSet: true,
    });
    await open();
    expect(await dialog.getByLabel('Concurrent runs', { exact: true }).inputValue()).toBe('4');
    await dialog.getByRole('button', { name: 'Reset to the definition’s limits' }).click();
    await page.getByRole('row', { name: 'flaky' }).getByText('Limited').waitFor({ state: 'detached' });
    expect(await limits()).toMatchObject({ Limits: { Concurrent: null, Rate: null }, LimitsAreSet: false });
  });

  test('a schedule is created, run, edited, paused and deleted', async () => {
    const { page } = await stage.open('/schedules', 'admin');
    await page.getByText('No schedules yet.').waitFor();
    await page.getByRole('button', { name: 'New schedule' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('Required.').waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('nightly');
    await dialog.getByLabel('Definition').selectOption('flaky');
    const cron = dialog.getByLabel('Schedule', { exact: true });
    await cron.fill('never');
    await dialog.locator('.cron-preview').getByText('Cron is "never"').waitFor();
    await dialog.getByLabel('times').fill('many');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('Enter a number.').waitFor();
    await dialog.getByLabel('times').fill('1');
    await dialog.getByLabel('fail').uncheck();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.locator('.field-error').getByText('Cron is "never"').waitFor();
    expect(await cron.getAttribute('aria-invalid')).toBe('true');
    expect(await axeFindings(page)).toEqual([]);
    await cron.fill('30 2 * * *');
    await dialog.getByText('At 02:30').waitFor();
    await dialog
      .getByText(/02:30:00/)
      .nth(9)
      .waitFor();
    await dialog.getByLabel('If the previous task is still running').selectOption('Queue');
    await dialog.getByRole('button', { name: 'Create' }).click();
    const row = page.getByRole('row', { name: 'nightly' });
    await row.getByText('30 2 * * *').waitFor();
    await row.getByText(/^At 02:30/).waitFor();
    await row.getByText('Queues runs while a task is running').waitFor();
    await row.getByText(/02:30:00/).waitFor();
    await page.getByRole('button', { name: 'Run now: nightly' }).click();
    await row.getByText('Succeeded').waitFor();
    await row.getByRole('link', { name: /^#/ }).click();
    await page.locator('.task-header').getByText('Succeeded').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Tasks of nightly' }).click();
    await page.locator('.task-id').first().waitFor();
    expect(await page.locator('.task-id').count()).toBe(1);
    const search = page.getByRole('combobox', { name: /^Search/ });
    expect(await search.inputValue()).toMatch(/^schedule:\d+$/);
    await search.fill('schedule:night');
    await page.getByRole('option', { name: 'nightly' }).waitFor();
    await page.goBack();
    await page.setViewportSize({ width: 390, height: 800 });
    await page.getByRole('button', { name: 'Edit nightly' }).click();
    expect(await dialog.getByLabel('fail').isChecked()).toBe(false);
    await cron.fill('15 4 * * 1-5');
    await dialog.getByLabel('Time zone').selectOption('America/New_York');
    await dialog.getByLabel('times').fill('3');
    await dialog.getByLabel('Runs missed').selectOption('All');
    await dialog.getByLabel('Maximum number of missed runs').fill('7');
    expect(await axeFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row.getByText('15 4 * * 1-5').waitFor();
    expect(await stage.server.admin.json('GET', '/Schedules')).toMatchObject([
      {
        Name: 'nightly',
        Cron: '15 4 * * 1-5',
        TimeZone: 'America/New_York',
        MissedRuns: 'All',
        MissedLimit: 7,
        Overlap: 'Queue',
        ParameterObject: { fail: false, times: 3 },
      },
    ]);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Pause nightly' }).click();
    await row.getByText('Paused').waitFor();
    await page.getByRole('button', { name: 'Delete nightly' }).click();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await row.getByText('Paused').waitFor();
    await page.getByRole('button', { name: 'Delete nightly' }).click();
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No schedules yet.').waitFor();
  });

  test('users are added, edited and disabled', async () => {
    const { page } = await stage.open('/people', 'admin');
    await page.getByRole('button', { name: 'Add user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Login').fill('nina');
    await dialog.getByLabel('Name').fill('Nina Olsen');
    await dialog.getByLabel('Password').fill('x');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.locator('.field-error, [role=alert]').waitFor();
    await dialog.getByLabel('Password').fill('password of nina');
    await dialog.getByLabel(/viewer/).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: 'nina Nina Olsen viewer Enabled' }).waitFor();
    await stage.open('/operations', 'nina');
    await page.reload();
    await page.getByRole('row', { name: /nina .* with the password/ }).waitFor();

    await page.getByRole('button', { name: 'Password link for nina' }).click();
    await page.getByText('Send nina this link').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    const link = (await page.locator('code').textContent()) ?? '';
    const { page: ninas } = await stage.open(link);
    await ninas.getByLabel('New password', { exact: true }).fill('chosen by nina');
    await ninas.getByLabel('Confirm new password').fill('chosen by nina');
    expect(await axeFindings(ninas)).toEqual([]);
    await ninas.getByRole('button', { name: 'Set password and sign in' }).click();
    await ninas.getByRole('link', { name: 'Nina Olsen' }).waitFor();
    expect(new URL(ninas.url()).pathname).toBe('/');

    await page.getByRole('button', { name: 'Edit nina' }).click();
    await dialog.getByLabel('Disabled').check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: 'nina Nina Olsen viewer Disabled' }).waitFor();
    expect((await stage.server.admin.json('GET', '/Users')).at(-1)).toMatchObject({
      Login: 'nina',
      Disabled: true,
    });
  });

  test('a token is shown once, signs in, and is deleted', async () => {
    const { page } = await stage.open('/people', 'admin');
    await page.getByRole('link', { name: 'Tokens' }).click();
    await page.getByText('No tokens yet.').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Tokens' }).waitFor();
    await page.getByRole('button', { name: 'Create token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('nightly job');
    await dialog.getByLabel('write').uncheck();
    await dialog.getByLabel('Expires in days').fill('30');
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Create' }).click();
    const token = await page.locator('code').textContent();
    const call = (): Promise<number> =>
      fetch(`${stage.server.url}/api/v1/SignIn`, { headers: { Authorization: `Bearer ${token}` } }).then(
        ({ status }) => status,
      );
    expect(await call()).toBe(200);
    expect(await stage.server.admin.json('GET', '/Tokens')).toMatchObject([{ Scopes: ['read'] }]);
    // Name, scopes, definitions and owner
    await page.getByRole('row', { name: 'nightly job read – admin' }).waitFor();
    await page.getByRole('button', { name: 'Delete nightly job' }).click();
    expect(await call(), 'before the confirmation').toBe(200);
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No tokens yet.').waitFor();
    expect(await call()).toBe(401);
  });
});
