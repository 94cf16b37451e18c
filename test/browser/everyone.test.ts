import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axeFindings, signInAs } from '../support/browser.ts';
import { describeInBrowser, passwordOf, showPage } from './stage.ts';

describeInBrowser('every page', (stage) => {
  /** The pages, each with a selector of its content. */
  const PAGES = {
    '/?scope=all': 'tbody tr',
    '/tasks/1': '.timeline li',
    '/start/csv-import': 'form',
    '/definitions': 'tbody tr',
    '/definitions/flaky': '.plot canvas',
    '/schedules': '.empty',
    '/webhooks': '.empty',
    '/notifications': '.empty',
    '/operations': '.plot canvas',
    '/people': 'tbody tr',
    '/settings': 'select',
  };

  /** Light and dark on a desktop, and a phone. */
  const SCREENS = [
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
  ] as const;

  /** Expects no finding of axe, and no overflow, on any screen. */
  async function check(page: Page, name: string): Promise<void> {
    for (const [colorScheme, width] of SCREENS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const screen = `${name} (${colorScheme}, ${width} pixels)`;
      expect(await axeFindings(page), screen).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, screen).toBeLessThanOrEqual(0);
    }
  }

  test('axe has no finding, and no page overflows, in light and dark and on a phone', async () => {
    const { admin } = stage.server;
    for (const fail of [true, false])
      await admin.ended(
        await admin.start({ Name: 'flaky', Description: 'x'.repeat(200), ParameterObject: { fail } }),
      );
    const { page } = await stage.open('/settings');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await check(page, 'signing in');
    await signInAs(page, 'admin', passwordOf('admin'));
    for (const [path, part] of Object.entries(PAGES)) {
      await showPage(page, path);
      await page.locator(`main ${part}`).first().waitFor();
      await check(page, path);
    }
  });

  test('texts and times are in the language and zone of the browser or of the settings', async () => {
    const anna = await stage.server.associate('anna');
    const id = await anna.start({ Name: 'flaky', ParameterObject: { fail: false } });
    await anna.ended(id);
    const { page } = await stage.open('/settings', undefined, {
      locale: 'nb-NO',
      timezoneId: 'Pacific/Kiritimati',
    });
    await page.getByLabel('Brukernavn').fill('anna');
    await page.getByLabel('Passord').fill('password of anna');
    await page.getByRole('button', { name: 'Logg på' }).click();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('nb');
    await page.goto(`/tasks/${id}`);
    await page.getByText('Fullført').first().waitFor();
    const zoned = (timeZone: string, language: string): string =>
      new Intl.DateTimeFormat(language, { timeZone, dateStyle: 'medium', timeStyle: 'medium' }).format(
        created,
      );
    const created = new Date((await anna.task(id)).Created.concat('Z'));
    await page.getByText(zoned('Pacific/Kiritimati', 'nb-NO')).first().waitFor();
    await page.goto('/settings');
    await page.getByLabel('Språk').selectOption('de');
    await page.getByLabel('Zeitzone').selectOption('America/New_York');
    await page.goto(`/tasks/${id}`);
    await page.getByText('Erfolgreich').first().waitFor();
    await page.getByText(zoned('America/New_York', 'de')).first().waitFor();
  });

  test('an unknown address shows that there is no page, and the footer leads to the API reference', async () => {
    const { page } = await stage.open('/', 'admin');
    const answer = await page.goto('/nonsense');
    expect(answer?.status()).toBe(404);
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    await page.getByText('There is no page at /nonsense.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByText(/^Batchline \d+\.\d+\.\d+/).waitFor();
    expect(await page.getByRole('link', { name: 'API reference' }).getAttribute('href')).toBe('/docs');
    await page.getByRole('link', { name: 'Documentation' }).click();
    await page.getByRole('link', { name: 'search', exact: true }).click();
    await page.getByRole('heading', { name: 'Qualifiers' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.goto('/nonsense');
    await page.getByRole('link', { name: 'Go to the tasks' }).click();
    await page.getByRole('heading', { name: 'My tasks' }).waitFor();
  });

  test('times are absolute or relative, with the other form in the tooltip', async () => {
    const { admin } = stage.server;
    const { Id, Created } = await admin.ended(
      await admin.start({ Name: 'flaky', ParameterObject: { fail: false } }),
    );
    const { page } = await stage.open(`/tasks/${Id}`, 'admin');
    const created = page.locator('dd time').first();
    const absolute = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Oslo',
      dateStyle: 'medium',
      timeStyle: 'medium',
    }).format(new Date(`${Created}Z`));
    await expect.poll(() => created.textContent()).toBe(absolute);
    expect(await created.getAttribute('title')).toMatch(/ago$|^now$/);
    await page.getByRole('button', { name: 'Relative times' }).click();
    expect(await created.textContent()).toMatch(/ago$|^now$/);
    expect(await created.getAttribute('title')).toBe(absolute);
    await page.reload();
    await expect.poll(() => created.textContent()).toMatch(/ago$|^now$/);
  });

  test('the theme can be chosen', async () => {
    const { page } = await stage.open('/settings', 'admin');
    const ground = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.getByLabel('Theme').selectOption('dark');
    expect(await ground()).not.toBe(light);
    await page.reload();
    await page.getByLabel('Theme').waitFor();
    expect(await ground()).not.toBe(light);
  });
});
