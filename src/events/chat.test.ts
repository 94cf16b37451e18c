import { expect, test } from 'vitest';
import type { TaskNotice } from '../core/notification.ts';
import { cardDigest, slackBody, teamsBody } from './chat.ts';
import { digestText, type NoticeReader } from './notice-text.ts';

const NOTICE: TaskNotice = {
  occasion: 'Failed',
  at: new Date('2026-11-30T12:00:00Z'),
  taskId: 7,
  name: 'csv-import',
  ownerId: 1,
  tenant: 'main',
  description: 'Customers [click](https://evil.example) <!channel> & more',
  state: 'Failed',
  stopped: false,
  result: 'x'.repeat(1000),
  resultMessage: null,
  seconds: 12.4,
};
const READER: NoticeReader = {
  language: 'en',
  message: ({ template, values }) =>
    template.replace(/\{(\d+)\}/g, (_, index) => {
      const value = values[Number(index)];
      return typeof value === 'object' && 'at' in value ? value.at : String(value);
    }),
  text: (stored) => stored,
  duration: (seconds) => `${seconds} sec`,
};
const textOf = (count: number, more = 0) =>
  digestText(
    { notices: Array.from({ length: count }, () => NOTICE), more },
    READER,
    'https://batch.example.com',
  );

test('Slack gets blocks, in which texts are neither links nor mentions', () => {
  const body = JSON.parse(slackBody(textOf(1)));
  expect(body.text).toBe('csv-import failed (task 7)');
  expect(body.blocks).toHaveLength(2);
  const { type, text } = body.blocks[0];
  expect([type, text.type]).toEqual(['section', 'mrkdwn']);
  expect(text.text).toContain(
    ':red_circle: *<https://batch.example.com/tasks/7|csv-import failed (task 7)>*\n*Description:* Customers',
  );
  expect(text.text).toContain('&lt;!channel&gt; &amp; more');
  expect(text.text).toContain('*Duration:* 12.4 sec');
  expect(body.blocks[1]).toMatchObject({ type: 'context', elements: [{ type: 'mrkdwn' }] });
});

test('a full message is within the limits of Slack and Teams', () => {
  const slack = JSON.parse(slackBody(textOf(20, 37)));
  expect(slack.text).toBe('57 notifications');
  expect(slack.blocks).toHaveLength(22);
  for (const { text } of slack.blocks) expect(text?.text.length ?? 0).toBeLessThan(3000);
  const digest = cardDigest({ notices: Array.from({ length: 20 }, () => NOTICE), more: 37 });
  const teams = teamsBody(digestText(digest, READER, 'https://batch.example.com'));
  expect(Buffer.byteLength(teams)).toBeLessThan(28_000);
  expect(teams).toContain('47 more are not listed here.');
});

test('Teams gets an Adaptive Card, with links to the task and the settings', () => {
  const body = JSON.parse(teamsBody(textOf(1)));
  expect(body).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            {
              type: 'Container',
              items: [
                {
                  text: '[csv-import failed (task 7)](https://batch.example.com/tasks/7)',
                  color: 'Attention',
                },
                { type: 'FactSet' },
              ],
            },
            { type: 'TextBlock', isSubtle: true },
          ],
          actions: [{ type: 'Action.OpenUrl', url: 'https://batch.example.com/notifications' }],
        },
      },
    ],
  });
  const [{ value }] = body.attachments[0].content.body[0].items[1].facts;
  expect(value).toContain('\\[click\\](https://evil.example)');
});
