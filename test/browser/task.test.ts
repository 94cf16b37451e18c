import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { axeFindings } from '../support/browser.ts';
import { describeInBrowser, passwordOf, shownTasks } from './stage.ts';

describeInBrowser('a task', (stage) => {
  test('shows progress, log and history; stopping it asks with the definition’s warning', async () => {
    const anna = await stage.server.associate('anna');
    const id = await anna.start({
      Name: 'send-letters',
      Request: 'All of May',
      ParameterObject: { to: 'all', letters: ['Oslo', 'Bergen'].map((city) => ({ city, pages: [1, 2] })) },
    });
    const { page, context } = await stage.open(`/tasks/${id}`, 'anna');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByText('1 of 4 letters').waitFor();
    await page.getByText('The first letter is out.').waitFor();
    await page.getByText('All of May').waitFor();
    const parameters = page.locator('.json-panel');
    await parameters.getByText('"all"').waitFor();
    await parameters.getByRole('searchbox').fill('berg');
    await parameters.getByText('1 hit').waitFor();
    expect(await parameters.locator('mark').allTextContents()).toEqual(['Berg']);
    expect(await parameters.getByText('"Bergen"').isVisible()).toBe(true);
    expect(await parameters.getByText('"Oslo"').count()).toBe(0);
    await parameters.getByRole('button', { name: 'Copy Parameters' }).click();
    await parameters.getByText('Copied').waitFor();
    const log = page.locator('.panel').filter({ has: page.getByRole('heading', { name: 'Log' }) });
    await log.getByLabel('Level').selectOption('warn');
    await log.getByText('No lines match.').waitFor();
    await log.getByLabel('Level').selectOption('info');
    await log.getByRole('searchbox').fill('first');
    expect(await log.locator('mark').allTextContents()).toEqual(['first']);
    const saved = page.waitForEvent('download');
    await log.getByRole('button', { name: 'Download' }).click();
    expect(await readFile(await (await saved).path(), 'utf8')).toMatch(
      /^\S+Z info {2}The first letter is out\.\n$/,
    );
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Letters that are out stay out.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect((await anna.task(id)).State).toBe('Started');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Run again' }).waitFor();
    await expect
      .poll(() => page.locator('.history li .state').allInnerTexts())
      .toEqual(['Stopped', 'Started', 'Acquired', 'New']);
  });

  test('shows the time left, and stops after a confirmation', async () => {
    const bo = await stage.server.associate('bo');
    const id = await bo.start({ Name: 'countdown', ParameterObject: { seconds: 300 } });
    const { page } = await stage.open(`/tasks/${id}`, 'bo');
    await page.getByText(/About 4m \d+s left/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('The task becomes Failed.').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cancel');
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await page
      .getByText(/Stopped by bo/)
      .first()
      .waitFor();
  });

  test('a task that can’t be stopped has no stop button', async () => {
    const carla = await stage.server.associate('carla');
    const id = await carla.start({ Name: 'close-the-books' });
    await carla.until(id, (task) => task.State === 'Started');
    const { page } = await stage.open(`/tasks/${id}`, 'carla');
    await page.getByRole('button', { name: 'Copy as curl' }).waitFor();
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
  });

  test('a failed task runs again, and is deleted', async () => {
    const dora = await stage.server.associate('dora');
    for (let run = 0; run < 2; run += 1)
      await dora.ended(await dora.start({ Name: 'flaky', ParameterObject: { fail: false } }));
    const id = await dora.start({ Name: 'flaky' });
    const { page } = await stage.open(`/tasks/${id}`, 'dora');
    await page.locator('.text').getByText('The printer is out of paper.').waitFor();
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.getByText('Printed.').waitFor();
    const runs = page.getByRole('list', { name: 'Earlier runs' }).getByRole('link');
    await expect.poll(() => runs.count()).toBe(3);
    expect(await runs.last().getAttribute('aria-label')).toMatch(new RegExp(`^#${id}: Succeeded, `));
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => shownTasks(page)).toHaveLength(2);
    await page.goto(`/tasks/${id}`);
    await page.getByRole('link', { name: 'Go to the tasks' }).waitFor();
    expect((await dora.call('GET', `/BatchTask/${id}`)).status).toBe(404);
  });

  test.each([
    ['on a desktop', 1280, 'en-GB', ['Attempt 1', 'Failed', 'Stack', 'Log of this attempt']],
    [
      'on a phone in German',
      390,
      'de-DE',
      ['Versuch 1', 'Fehlgeschlagen', 'Stacktrace', 'Protokoll dieses Versuchs'],
    ],
  ] as const)('attempts are a timeline with errors, logs and pauses %s', async (_, width, locale, names) => {
    const [first, failed, stack, log] = names;
    const login = `ines-${width}`;
    const ines = await stage.server.associate(login);
    const id = await ines.start({ Name: 'ship' });
    await ines.ended(id);
    const { page, context } = await stage.open('/', login);
    const viewport = { width, height: 800 };
    const visited = await stage.open(`/tasks/${id}`, undefined, { locale, viewport });
    await visited.context.addCookies(await context.cookies());
    await page.close();
    await visited.page.reload();
    const attempts = visited.page.locator('.attempts');
    await expect.poll(() => attempts.locator('.ran .state').count()).toBe(3);
    const items = await attempts.locator('.timeline > li').allInnerTexts();
    expect(items).toHaveLength(6); // each with the time before it
    expect(items[4]).toContain(first);
    expect(items[4]).toContain(failed);
    expect(items[4]).toContain('ShipmentError: not shipped');
    expect(items[0]).not.toContain('ShipmentError');
    await attempts.getByText(first).click();
    await attempts.getByText('AggregateError:').waitFor();
    await attempts.getByText('RangeError:').waitFor();
    expect(
      await attempts
        .getByText(/handlers\.ts/)
        .first()
        .isVisible(),
    ).toBe(false);
    await attempts.getByText(stack, { exact: true }).first().click();
    await attempts
      .getByText(/handlers\.ts/)
      .first()
      .waitFor();
    await attempts.getByText('30 % Packed').waitFor();
    await attempts.getByRole('button', { name: log }).click();
    await expect
      .poll(() => attempts.locator('.log').textContent())
      .toMatch(/^\S+ info {2}packing, attempt 1$/m);
    expect(await attempts.locator('.log').textContent()).not.toContain('attempt 2');
    expect(await axeFindings(visited.page)).toEqual([]);
    const overflow = await visited.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await visited.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await attempts.locator('.attempt-error button').click();
    await expect
      .poll(() => visited.page.evaluate(() => navigator.clipboard.readText()))
      .toMatch(
        /^ShipmentError: not shipped\n +at .*handlers\.ts[\s\S]*\[cause\]: AggregateError: two boxes are lost[\s\S]*\[errors 1\]: box 2$/,
      );
  });

  test('the attempt in progress and the pause before the next one are live', async () => {
    const jan = await stage.server.associate('jan');
    const id = await jan.start({ Name: 'send-letters' });
    const { page } = await stage.open(`/tasks/${id}`, 'jan');
    const attempts = page.locator('.attempts');
    await attempts.getByText('Running').waitFor();
    await jan.json('POST', `/BatchTask/${id}/Stop`);
    await attempts.getByText('Stopped').first().waitFor();
    await jan.json('POST', `/BatchTask/${id}/Restart`);
    await attempts.getByText('Attempt 2').waitFor();
    await attempts.getByText(/^Restarted after/).waitFor();
    await jan.json('POST', `/BatchTask/${id}/Stop`);
  });

  test('is edited, but never over a change by someone else', async () => {
    const eva = await stage.server.associate('eva');
    await stage.server.associate('viewer', { roles: ['viewer'] });
    const id = await eva.start({ Name: 'flaky', Description: 'first', ParameterObject: { fail: false } });
    await eva.ended(id);
    const { page } = await stage.open(`/tasks/${id}`, 'eva');
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    expect(
      await dialog
        .locator('select, textarea')
        .evaluateAll((all) => all.map((each) => (each as HTMLInputElement).name)),
    ).toEqual(['State', 'Description', 'Request', 'Response']);
    await dialog.getByLabel('Response').fill('Thank you');
    await eva.json('PUT', `/BatchTask/${id}`, { Description: 'second' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('The task has changed in the meantime').waitFor();
    expect(await eva.task(id)).toMatchObject({ Description: 'second', Response: '' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await eva.task(id)).toMatchObject({ Description: 'second', Response: 'Thank you' });

    const viewer = await stage.open(`/tasks/${id}`, 'viewer');
    await viewer.page.getByText('Thank you').waitFor();
    await viewer.page.getByText('The task belongs to another associate.').waitFor();
    expect(await viewer.page.getByRole('button', { name: /Edit|Delete|Run again/ }).count()).toBe(0);
  });

  test('children are shown with their share and link to their parent', async () => {
    const gerd = await stage.server.associate('gerd');
    const id = await gerd.start({ Name: 'close-the-year' });
    const { page } = await stage.open(`/tasks/${id}`, 'gerd');
    await page.getByText('Closed with 1 failed.').waitFor();
    await page.getByText('2 of 2 ended, 1 failed').waitFor();
    const waterfall = page.getByRole('table', { name: 'Children' });
    const rows = waterfall.locator('tbody tr');
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringMatching(/letters\s+Succeeded\s+[\d.]+m?s\s+[\d.]+m?s\s+75 %/),
      expect.stringMatching(/stamps\s+Failed\s+[\d.]+m?s\s+[\d.]+m?s\s+25 %/),
    ]);
    expect(await waterfall.locator('.bar-waited + .bar-ran').count()).toBe(2);
    await page.locator('.panel', { has: waterfall }).getByLabel('State').selectOption('Failed');
    await expect.poll(() => rows.allInnerTexts()).toEqual([expect.stringContaining('stamps')]);
    expect(await axeFindings(page)).toEqual([]);
    await page
      .getByRole('link', { name: /^flaky #/ })
      .first()
      .click();
    await page.getByRole('heading', { name: /^flaky #/ }).waitFor();
    await page.getByRole('link', { name: `Task ${id}` }).click();
    await page.getByRole('heading', { name: `close-the-year #${id}` }).waitFor();
  });

  test('the file can be downloaded, and the curl command starts a copy', async () => {
    const finn = await stage.server.associate('finn');
    const id = await finn.start({ Name: 'table-export', Description: "It's mine" });
    await finn.ended(id);
    const { page } = await stage.open(`/tasks/${id}`, 'finn');
    await page.getByText(/^\d+(\.\d+)? (bytes|kB)$/).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: /^Download/ }).click();
    expect(await readFile(await (await download).path(), 'utf8')).toContain('table-export');
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    const command = await page.getByRole('dialog').getByLabel('Copy as curl').inputValue();
    const login = `finn:${passwordOf('finn')}`;
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      command.replace("-u 'finn'", `-s -u '${login}'`),
    ]);
    expect(await finn.task(Number(stdout))).toMatchObject({ Name: 'table-export', Description: "It's mine" });
  });

  test('says when it is due and why it waits, on its page and in the list', async () => {
    const hugo = await stage.server.associate('hugo');
    const { admin } = stage.server;
    const id = await hugo.start({ Name: 'flaky', DelaySeconds: 7230, ParameterObject: { fail: false } });
    const { page } = await stage.open(`/tasks/${id}`, 'hugo');
    const line = page.locator('.task-waiting');
    await line.filter({ hasText: /^Its start is delayed until .*\. \(in 2 hrs?\)$/ }).waitFor();
    expect(await line.locator('time').getAttribute('title')).toMatch(/^\d+ \w+ 20\d\d, /);
    await admin.json('POST', '/Definitions/flaky/Pause');
    // A pause sends no event.
    await line.filter({ hasText: /Its definition was paused by Administrator at .*\./ }).waitFor();

    const list = await stage.open('/', 'hugo');
    const row = list.page.getByRole('row', { name: `#${id}` });
    const due = row.getByText(/^due in 2 hr/);
    await due.waitFor();
    expect(await due.getAttribute('title')).toMatch(/20\d\d/);
    const paused = await hugo.start({ Name: 'flaky', ParameterObject: { fail: false } });
    await list.page
      .getByRole('row', { name: `#${paused}` })
      .getByText('definition paused')
      .waitFor();

    await admin.json('POST', '/Definitions/flaky/Resume');
    await hugo.ended(paused);
    await list.page.getByText('definition paused').waitFor({ state: 'detached' });
    await hugo.json('POST', `/BatchTask/${id}/Stop`);
    await line.waitFor({ state: 'detached' });
  });
});
