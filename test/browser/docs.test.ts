import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, passwordOf } from './stage.ts';

/** Waits until the last call has returned this status. */
const answered = (page: Page, status: number): Promise<void> =>
  page
    .locator('.live-responses-table .response-col_status')
    .filter({ hasText: String(status) })
    .first()
    .waitFor();

const isDark = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.classList.contains('dark-mode'));

describeInBrowser('the API page at /docs', (stage) => {
  test('lists every call of the document', async () => {
    const { page } = await stage.open('/docs');
    const { paths } = (await (await fetch(`${stage.server.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { tags: string[] }>>;
    };
    const calls = new Map<string, number>();
    for (const { tags } of Object.values(paths).flatMap((methods) => Object.values(methods)))
      for (const tag of tags) calls.set(tag, (calls.get(tag) ?? 0) + 1);
    await page.locator('.opblock-tag').first().waitFor();
    expect(await page.locator('.opblock-tag').count()).toBe(calls.size);
    for (const [tag, count] of calls) {
      const group = page.locator(`.opblock-tag[data-tag="${tag}"]`);
      await group.click();
      await expect.poll(() => page.locator('.opblock').count(), { message: tag }).toBe(count);
      await group.click();
      await expect.poll(() => page.locator('.opblock').count(), { message: tag }).toBe(0);
    }
  });

  test('uses the session of the dashboard', async () => {
    const { page } = await stage.open('/', 'admin');
    await page.goto('/docs#/BatchTask/startBatchTask');
    await page.getByRole('button', { name: 'Execute' }).click();
    await answered(page, 200);
    const tasks = await stage.server.admin.json('GET', '/BatchTask/All');
    expect(tasks.map(({ Name }: { Name: string }) => Name)).toEqual(['countdown']);
    expect(await isDark(page)).toBe(false);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => isDark(page)).toBe(true);

    // Its curl command, pasted into a terminal: only the password is asked for.
    const command = (await page.locator('.curl-command .curl').textContent()) ?? '';
    expect(command).toContain("-u 'admin'");
    const typed = command.replace("'admin'", `'admin:${passwordOf('admin')}'`);
    const { stdout } = await promisify(execFile)('bash', ['-c', `${typed} -s`]);
    expect(await stage.server.admin.task(Number(stdout))).toMatchObject({ Name: 'countdown' });
  });

  test('calls with a password without a session', async () => {
    const { page } = await stage.open('/docs#/Definitions/listDefinitions');
    await page.reload(); // the page of an earlier test only changes its fragment
    await page.getByText('You are not signed in').waitFor();
    expect(await page.getByText('SO-Culture', { exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Execute' }).click();
    await answered(page, 401);
    await page.locator('button.authorize').first().click();
    await page.locator('#auth-basic-username').fill('admin');
    await page.locator('#auth-basic-password').fill(passwordOf('admin'));
    await page.getByRole('button', { name: 'Apply credentials' }).first().click();
    await page.locator('.close-modal').click();
    await page.getByRole('button', { name: 'Execute' }).click();
    await answered(page, 200);
  });
});
