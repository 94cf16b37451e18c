import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { defineTask } from '../src/sdk/define-task.ts';

// The definitions of the screenshots, besides the built-in ones.

/** Number of invoices of a run. */
const INVOICES = 24;

export const sendInvoices = defineTask({
  name: 'send-invoices',
  description: 'Sends the invoices of a month, each as a task',
  parameters: Type.Object({ month: Type.String() }),
  async run(ctx) {
    const { month } = ctx.parameters;
    await ctx.children.start(
      Array.from({ length: INVOICES }, (_, index) => ({
        name: 'send-invoice',
        key: `customer-${1001 + index}`,
        description: `Customer ${1001 + index}`,
        parameters: { month, number: index },
      })),
    );
    const { total, failed } = await ctx.children.wait({ onFailure: 'continue' });
    return { sent: total - failed, failed };
  },
});

export const sendInvoice = defineTask({
  name: 'send-invoice',
  description: 'Renders one invoice and mails it',
  parameters: Type.Object({ month: Type.String(), number: Type.Integer() }),
  async run({ parameters: { month, number }, progress, log, signal }) {
    const steps = 4 + ((number * 7) % 5);
    for (let step = 1; step <= steps; step += 1) {
      await delay(1500, undefined, { signal });
      progress((100 * step) / steps, step < steps ? 'Rendering' : 'Mailing');
    }
    log.info('rendered and mailed');
    if (number % 8 === 5)
      throw new Error(`The mail server refused customer-${1001 + number}@example.com: mailbox full`);
    return `Invoice ${month}-${1001 + number} sent`;
  },
});
