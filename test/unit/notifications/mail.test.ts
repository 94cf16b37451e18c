import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { htmlText, plainText, sendMail } from '../../../src/events/mail.ts';
import type { DigestText } from '../../../src/events/notice-text.ts';
import { type MailServer, startMailServer } from '../../support/mail-server.ts';

const CONTENT: DigestText = {
  language: 'en',
  subject: 'import failed (task 7)',
  notices: [
    {
      title: 'import <b>&"failed"',
      link: 'https://batch.example.com/tasks/7',
      facts: [['Error', 'row 1\n<script>']],
      isBad: true,
    },
  ],
  more: '',
  footer: 'You receive this.',
  settings: { link: 'https://batch.example.com/notifications', label: 'Change' },
  unsubscribe: { link: 'https://batch.example.com/unsubscribe/1.abc', label: 'Unsubscribe' },
};
const MAIL = { to: 'anna@example.com', id: 'notification-1-2', content: CONTENT };

function configOf(url: string) {
  const { mail } = readConfig({ BATCHLINE_SMTP_URL: url, BATCHLINE_MAIL_FROM: 'Batch <batch@example.com>' });
  if (mail === undefined) throw new Error('There is no mail.');
  return mail;
}

const send = (config: ReturnType<typeof configOf>) => sendMail(config, MAIL, AbortSignal.timeout(10_000));

describe('with an SMTP server', () => {
  let server: MailServer;
  beforeEach(async () => {
    server = await startMailServer();
  });
  afterEach(() => server.close());

  test('signs in and sends text and HTML, with headers that stop automatic replies', async () => {
    expect(await send(configOf(server.url))).toMatchObject({ status: 250, error: '', isPermanent: false });
    const [{ to, text } = { to: '', text: '' }] = server.received;
    expect(to).toBe('anna@example.com');
    for (const part of [
      'From: Batch <batch@example.com>',
      'Subject: import failed (task 7)',
      'Message-ID: <notification-1-2@example.com>',
      'Auto-Submitted: auto-generated',
      'List-Unsubscribe: <https://batch.example.com/unsubscribe/1.abc>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'Unsubscribe: https://batch.example.com/unsubscribe/1.abc',
      'Error: row 1',
      'https://batch.example.com/tasks/7',
      '&#60;script&#62;',
    ])
      expect(text).toContain(part);
  });

  test.each([
    ['recipient', 550, true],
    ['recipient', 451, false],
    ['message', 554, true],
    ['message', 452, false],
    // The operator can correct these.
    ['sender', 550, false],
    ['sign-in', 535, false],
  ] as const)('a refusal of the %s with %i is permanent: %s', async (step, status, isPermanent) => {
    server.refuses = (at) => (at === step ? status : undefined);
    const result = await send(configOf(server.url));
    expect(result).toMatchObject({ status, isPermanent, isServerFault: step === 'sign-in' });
    expect(result.error).toContain(`no ${step}`);
    expect(server.received).toEqual([]);
  });

  test('a wrong password is a failed sign-in, without the password in the error', async () => {
    const result = await send(configOf(server.url.replace('pa%3Ass', 'wrong-secret')));
    expect(result).toMatchObject({ status: 535, isPermanent: false, isServerFault: true });
    expect(result.error).toContain('refused the sign-in');
    expect(JSON.stringify(result)).not.toContain('wrong-secret');
  });

  test('on another machine, a self-signed certificate is refused', async () => {
    const config = configOf(server.url);
    const remote = { ...config, server: { ...config.server, isLoopback: false } };
    expect(await send(remote)).toMatchObject({
      status: null,
      error: expect.stringContaining('certificate'),
      isPermanent: false,
      isServerFault: true,
    });
  });
});

test('TLS from the start', async () => {
  const server = await startMailServer('always');
  expect(await send(configOf(server.url))).toMatchObject({ error: '' });
  await server.close();
});

test('on another machine, the password is not sent without TLS', async () => {
  const server = await startMailServer('none');
  const config = configOf(server.url);
  const remote = { ...config, server: { ...config.server, isLoopback: false } };
  expect(await send(remote)).toMatchObject({ error: expect.stringContaining('TLS'), isServerFault: true });
  expect(await send(config)).toMatchObject({ error: '' });
  await server.close();
});

test('without a server, and after the time limit, the error has the reason', async () => {
  const server = await startMailServer();
  await server.close();
  expect(await send(configOf(server.url))).toMatchObject({
    status: null,
    error: expect.stringMatching(/^no connection to the SMTP server: .*ECONNREFUSED/),
    isServerFault: true,
  });
  const aborted = AbortSignal.abort();
  expect(await sendMail(configOf(server.url), MAIL, aborted)).toMatchObject({
    error: expect.stringContaining('in time'),
  });
});

test('the text has every fact and the way to end it', () => {
  const text = plainText({ ...CONTENT, more: '3 more' });
  expect(text).toBe(
    'import <b>&"failed"\nError: row 1\n<script>\nhttps://batch.example.com/tasks/7\n\n3 more\n\n-- \nYou receive this.\nChange: https://batch.example.com/notifications\nUnsubscribe: https://batch.example.com/unsubscribe/1.abc\n',
  );
  expect(htmlText(CONTENT)).not.toContain('<script>');
  expect(htmlText(CONTENT)).toContain('<a href="https://batch.example.com/tasks/7">import &#60;b');
});
