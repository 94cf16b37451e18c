import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeFindings } from '../support/browser.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { describeInBrowser } from './stage.ts';

describeInBrowser(
  'webhooks',
  (stage) => {
    let receiver: WebhookReceiver;
    beforeAll(async () => {
      receiver = await startReceiver();
    });
    afterAll(() => receiver?.close());

    test('a webhook is created, tested, receives events, is turned off and on, and deleted', async () => {
      const { admin } = stage.server;
      const { page } = await stage.open('/webhooks', 'admin');
      await page.getByText('No webhooks yet.').waitFor();
      await page.getByRole('button', { name: 'New webhook' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Address').fill('ftp://127.0.0.1/hook');
      await dialog.getByRole('button', { name: 'Create' }).click();
      await dialog.locator('.field-error').waitFor();
      await dialog.getByLabel('Address').fill(receiver.url);
      await dialog.getByLabel('Definitions').fill('flaky, close-the-year');
      await dialog.getByLabel('Failed').check();
      expect(await axeFindings(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Create' }).click();
      expect(await page.locator('.shown-once code').textContent()).toMatch(/^whsec_/);
      await page.reload();
      const row = page.getByRole('row', { name: receiver.url });
      await row.getByText('flaky, close-the-year').waitFor();
      await row.getByRole('cell', { name: 'Failed', exact: true }).waitFor();
      expect(await page.getByText('whsec_').count()).toBe(0);
      expect(await axeFindings(page)).toEqual([]);

      // A failed delivery is given up at once here, and can be sent again.
      receiver.answer = () => ({ status: 500, body: 'not now' });
      await row.getByRole('link').click();
      await page.getByText('No deliveries yet.').waitFor();
      await page.getByRole('button', { name: 'Send test event' }).click();
      const sent = page.getByRole('row', { name: /^Test / });
      await sent.getByText('Given up').waitFor();
      await sent.getByRole('cell', { name: '500', exact: true }).waitFor();
      await sent.locator('.field-error').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      receiver.answer = () => ({ status: 204 });
      await sent.getByRole('button', { name: 'again' }).click();
      await sent.getByText('Delivered').waitFor();
      await sent.getByRole('cell', { name: '204', exact: true }).waitFor();
      await admin.ended(await admin.start({ Name: 'flaky', ParameterObject: { fail: true } }));
      await page.getByRole('row', { name: /^#\d+ flaky #\d+ Failed Delivered/ }).waitFor();

      await page
        .getByRole('button', { name: /^Payload/ })
        .first()
        .click();
      await dialog.getByText('"Name": "flaky"').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Close' }).click();

      await page.getByRole('main').getByRole('link', { name: 'Webhooks' }).click();
      await page.getByRole('button', { name: `Turn off: ${receiver.url}` }).click();
      await row.getByText('Off', { exact: true }).waitFor();
      expect(await admin.json('GET', '/Webhooks')).toMatchObject([{ Active: false }]);
      await row.getByRole('link').click();
      await page.getByRole('row', { name: /^#\d+ flaky #\d+ Failed Delivered/ }).waitFor();
      expect(await page.getByRole('button', { name: 'Send test event' }).isDisabled()).toBe(true);
      await page.goBack();
      await page.getByRole('button', { name: `Turn on: ${receiver.url}` }).click();
      await row.getByText('On', { exact: true }).waitFor();
      await page.getByRole('button', { name: `Delete ${receiver.url}` }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.getByText('No webhooks yet.').waitFor();
    });

    test('a notification is created, tested with the error in clear words, sent, and deleted', async () => {
      const { admin } = stage.server;
      const { page } = await stage.open('/settings', 'admin');
      await page.getByRole('link', { name: 'Set up notifications' }).click();
      await page.getByText('No notifications yet.').waitFor();
      await page.getByRole('button', { name: 'New notification' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Address').fill('anna@example.com');
      await dialog.getByRole('button', { name: 'Create' }).click();
      await dialog.getByText("This server can't send e-mail").waitFor();
      await dialog.getByLabel('Channel').selectOption('Webhook');
      await dialog.getByLabel('Address').fill(receiver.url);
      await dialog.getByLabel('Tasks').selectOption('All tasks that I may see');
      await dialog.getByLabel('Definitions').fill('flaky');
      expect(await axeFindings(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Create' }).click();
      expect(await page.locator('.shown-once code').textContent()).toMatch(/^whsec_/);
      const row = page.getByRole('row', { name: receiver.url });
      await row.getByRole('cell', { name: 'A task fails' }).waitFor();
      await row.getByText('flaky').waitFor();
      receiver.answer = () => ({ status: 500 });
      await row.getByRole('button', { name: `Send test: ${receiver.url}` }).click();
      await row.getByText('the response was 500').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      receiver.answer = () => ({ status: 204 });
      const id = await admin.start({ Name: 'flaky', ParameterObject: { fail: true } });
      await admin.ended(id);
      await row.getByRole('link').click();
      const message = page.getByRole('row', { name: `#${id}` });
      await message.getByText('Delivered').waitFor();
      await page.getByRole('row', { name: /^Test Given up/ }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page
        .getByRole('button', { name: /^Send again/ })
        .last()
        .click();
      await page.getByRole('alert').filter({ hasText: '10' }).waitFor();
      await page.getByRole('main').getByRole('link', { name: 'Notifications' }).click();
      await page.getByRole('button', { name: `Edit ${receiver.url}` }).click();
      expect(await dialog.getByLabel('Channel').isDisabled()).toBe(true);
      expect(await dialog.getByLabel('A task fails').isChecked()).toBe(true);
      await dialog.getByLabel('A task is late').check();
      await dialog.getByLabel('Late after minutes').fill('1.5');
      await dialog.getByLabel('Definitions').fill('flaky, ship');
      expect(await axeFindings(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Save' }).click();
      await row.getByText('flaky, ship').waitFor();
      expect(await admin.json('GET', '/Subscriptions')).toMatchObject([
        {
          Target: receiver.url,
          On: ['Failed', 'Late'],
          LateSeconds: 90,
          Own: false,
          Names: ['flaky', 'ship'],
        },
      ]);
      await page.getByRole('button', { name: `Delete ${receiver.url}` }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.getByText('No notifications yet.').waitFor();

      const waiting = await admin.start({ Name: 'flaky', DelaySeconds: 3600 });
      await page.goto(`/tasks/${waiting}`);
      await page.getByRole('link', { name: 'Notify me' }).click();
      await page.getByRole('dialog', { name: `Notify me about task ${waiting}` }).waitFor();
      await dialog.getByLabel('Channel').selectOption('Webhook');
      await dialog.getByLabel('Address').fill(receiver.url);
      await dialog.getByRole('button', { name: 'Create' }).click();
      await row.getByRole('link', { name: `Task ${waiting}` }).waitFor();
      expect(await admin.json('GET', '/Subscriptions')).toMatchObject([{ TaskId: waiting, On: ['Ended'] }]);
    });

    test('an associate sees only their own', async () => {
      await stage.server.associate('anna');
      const { Id } = await stage.server.admin.json('POST', '/Webhooks', { Url: receiver.url });
      const { page } = await stage.open('/webhooks', 'anna');
      await page.getByText('No webhooks yet.').waitFor();
      await page.goto(`/webhooks/${Id}`);
      await page.getByText(`There is no webhook ${Id}.`).waitFor();
    });
  },
  { env: { BATCHLINE_ALLOW_PRIVATE_ADDRESSES: 'true', BATCHLINE_WEBHOOK_TRIES: '1' } },
);
