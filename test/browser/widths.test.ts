import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, showPage } from './stage.ts';

/** A phone, a tablet, a laptop and a large screen. */
const WIDTHS = [390, 768, 1440, 1920];

/**
 * Returns what does not fit on the page: elements beyond the sides of the window (except in boxes that are marked as
 * scrollable), buttons whose text breaks or is cut off, and table cells that break short words.
 */
function misfits(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const nameOf = (element: Element): string =>
      `<${element.localName} class="${element.getAttribute('class') ?? ''}"> ${element.textContent?.slice(0, 60)}`;
    const linesOf = (node: Node): number => {
      const range = document.createRange();
      range.selectNodeContents(node);
      let bottom = Number.NEGATIVE_INFINITY;
      let lines = 0;
      for (const rect of [...range.getClientRects()].sort((a, b) => a.top - b.top)) {
        if (rect.width === 0) continue;
        if (rect.top >= bottom - 2) lines += 1;
        bottom = Math.max(bottom, rect.bottom);
      }
      return lines;
    };
    const found: string[] = [];
    for (const element of document.body.querySelectorAll('*')) {
      if (!element.checkVisibility() || element.closest('.hidden, .skip, .scroll, pre, option') !== null)
        continue;
      const { left, right, width } = element.getBoundingClientRect();
      if (width > 0 && (left < -1 || right > innerWidth + 1))
        found.push(`beyond the window (${Math.round(left)} to ${Math.round(right)}): ${nameOf(element)}`);
    }
    for (const button of document.body.querySelectorAll('button, .button')) {
      if (!button.checkVisibility()) continue;
      if (linesOf(button) > 1) found.push(`text breaks: ${nameOf(button)}`);
      if (button.scrollWidth > button.clientWidth + 1) found.push(`text is cut off: ${nameOf(button)}`);
    }
    for (const cell of document.body.querySelectorAll('td, th')) {
      const text = cell.textContent?.trim() ?? '';
      const words = text.split(/[\s\-/,.:]+/);
      if (text === '' || cell.children.length > 0 || words.some((word) => word.length > 12)) continue;
      if (linesOf(cell) > words.length) found.push(`words break: ${nameOf(cell)}`);
    }
    return found;
  });
}

describeInBrowser('every width', (stage) => {
  test.each(['en-GB', 'de-DE'])('everything fits on every page (%s)', async (locale) => {
    const { admin } = stage.server;
    const name = `${locale}-${'Rechnungsversand '.repeat(5)}`.trim();
    const id = await admin.start({
      Name: 'flaky',
      Description: 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(4),
      ParameterObject: { fail: true },
    });
    await admin.ended(id);
    await admin.ended(
      await admin.start({
        Name: 'import-the-invoices-of-every-customer-in-every-region-into-the-general-ledger',
      }),
    );
    await admin.call('POST', '/Users', {
      Login: `${locale}.maximiliane.von-der-hohenfels-waldburg`,
      Name: 'Maximiliane Freifrau von der Hohenfels-Waldburg',
      Password: 'a password of many letters',
      Roles: ['administrator', 'viewer'],
    });
    await admin.json('POST', '/Schedules', {
      Name: name,
      Definition: 'import-the-invoices-of-every-customer-in-every-region-into-the-general-ledger',
      Cron: '30 2 * * 1-5',
      TimeZone: 'America/Argentina/ComodRivadavia',
    });
    await admin.json('POST', '/Webhooks', {
      Url: `https://hooks.example.com/services/${'part-of-a-long-path/'.repeat(6)}`,
      Active: false,
    });
    await admin.json('POST', '/Subscriptions', {
      Channel: 'Webhook',
      Target: `https://hooks.example.com/services/${'part-of-a-long-path/'.repeat(6)}`,
      On: ['Ended', 'Failed'],
      Active: false,
    });
    await admin.json('POST', '/Tokens', { Name: name, Scopes: ['read', 'write', 'admin'] });
    const { page } = await stage.open('/', 'admin', { locale });
    const pages = {
      '/?scope=all': '.task-id',
      [`/tasks/${id}`]: '.timeline li',
      '/start/csv-import': 'form',
      '/start/http-requests': 'form',
      '/schedules': 'tbody button',
      '/webhooks': 'tbody button',
      '/webhooks/1': '.webhook-address',
      '/notifications': 'tbody button',
      '/notifications/1': '.webhook-address',
      '/operations': '.plot canvas',
      '/definitions/flaky': '.plot canvas',
      '/people': 'tbody button',
      '/people/tokens': 'button.primary',
      '/people/applications': 'button.primary',
      '/people/changes': 'tbody tr',
      '/password#x': 'form',
      '/settings': 'select',
      '/nowhere': '.empty',
    };
    const found: string[] = [];
    for (const [path, part] of Object.entries(pages)) {
      await showPage(page, path);
      await page.locator(`main :is(${part})`).first().waitFor();
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await page.evaluate(
          () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
        );
        found.push(...(await misfits(page)).map((each) => `${path} at ${width}: ${each}`));
      }
    }
    expect(found).toEqual([]);
  });
});
