import type { MailConfig } from '../config.ts';
import { domainOf } from '../core/notification.ts';
import type { DigestText } from './notice-text.ts';

/** A message to send. */
export interface Mail {
  readonly to: string;
  /** Identifies the message, so that mail programs show one that was sent twice only once. */
  readonly id: string;
  readonly content: DigestText;
}

/** The outcome of an attempt to send mail. */
export interface MailResult {
  /** The status of SMTP; null without a response. */
  readonly status: number | null;
  /** The response of the server. */
  readonly answer: string;
  /** Empty if the server accepted the message. */
  readonly error: string;
  /** True if a retry can't help. */
  readonly isPermanent: boolean;
  /** True if the server failed, rather than refused this message. */
  readonly isServerFault: boolean;
}

/** Time limit of each step of a connection. */
const STEP_MS = 8000;

/**
 * Sends mail through the SMTP server of the settings. Each message has its own connection.
 *
 * @param signal closes the connection; the result is then an error
 */
export async function sendMail(
  config: MailConfig,
  { to, id, content }: Mail,
  signal: AbortSignal,
): Promise<MailResult> {
  const { server, from } = config;
  const { createTransport } = await import('nodemailer'); // most servers send no mail
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: server.secure,
    // Credentials are only sent over TLS, except on loopback, which other machines can't read.
    requireTLS: !server.isLoopback && server.user !== undefined,
    tls: { rejectUnauthorized: !server.isLoopback },
    ...(server.user === undefined ? {} : { auth: { user: server.user, pass: server.password } }),
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const { response } = await transport.sendMail({
      signal,
      from,
      to: { name: '', address: to },
      subject: content.subject,
      text: plainText(content),
      html: htmlText(content),
      messageId: `<${id}@${domainOf(config.address)}>`,
      headers: {
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'Content-Language': content.language,
        ...unsubscribeHeaders(content),
      },
    });
    const status = Number(/^\d{3}/.exec(response)?.[0] ?? 250);
    return { status, answer: response, error: '', isPermanent: false, isServerFault: false };
  } catch (error) {
    return resultOf(error as SmtpError);
  } finally {
    transport.close();
  }
}

/**
 * The headers by which mail programs offer to unsubscribe: with one click (RFC 8058) if the message has such a link, else
 * on the page of the person's subscriptions.
 */
function unsubscribeHeaders({ unsubscribe, settings }: DigestText): Record<string, string> {
  const link = (unsubscribe ?? settings)?.link;
  if (link === undefined) return {};
  const isOneClick = unsubscribe !== undefined && link.startsWith('https:');
  return {
    'List-Unsubscribe': `<${link}>`,
    ...(isOneClick ? { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
  };
}

/** An error of nodemailer. */
interface SmtpError extends Error {
  readonly code?: string;
  /** The status of SMTP, if the server responded. */
  readonly responseCode?: number;
  readonly response?: string;
  /** The command that the server refused. */
  readonly command?: string;
}

/**
 * Returns the outcome of a failed attempt. A refusal with 5xx of a recipient or message is permanent. A refused sign-in or
 * sender is not: the operator can correct the settings meanwhile.
 */
function resultOf(error: SmtpError): MailResult {
  const { responseCode: status = null, response = '', code, command } = error;
  const isRefusal = code === 'EENVELOPE' || code === 'EMESSAGE';
  return {
    status,
    answer: response.slice(0, 1000).toWellFormed(),
    error: textOf(error),
    isPermanent: isRefusal && command !== 'MAIL FROM' && status !== null && status >= 500,
    isServerFault: !isRefusal,
  };
}

/** Returns an error that says which step failed. The messages of nodemailer don't contain the password. */
function textOf({ code, message }: SmtpError): string {
  const text = message.slice(0, 500).toWellFormed();
  if (code === 'EABORT') return 'no response of the SMTP server in time';
  if (code === 'EAUTH') return `the SMTP server refused the sign-in: ${text}`;
  if (code === 'ETLS') return `TLS with the SMTP server failed: ${text}`;
  if (code === 'EENVELOPE') return `the SMTP server refused the sender or recipient: ${text}`;
  if (code === 'EMESSAGE') return `the SMTP server refused the message: ${text}`;
  return `no connection to the SMTP server: ${text}`;
}

/** The message as plain text. */
export function plainText({ notices, more, footer, settings, unsubscribe }: DigestText): string {
  const parts = notices.map(({ title, link, facts }) =>
    [title, ...facts.map(([label, value]) => `${label}: ${value}`), ...(link ? [link] : [])].join('\n'),
  );
  if (more !== '') parts.push(more);
  const links = [settings, unsubscribe].flatMap((one) => (one ? [`${one.label}: ${one.link}`] : []));
  parts.push(['-- ', footer, ...links].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

/** The message as HTML, with inline styles because mail programs ignore others. */
export function htmlText({ language, notices, more, footer, settings, unsubscribe }: DigestText): string {
  const items = notices.map(({ title, link, facts, isBad }) => {
    const heading = link === undefined ? escaped(title) : `<a href="${escaped(link)}">${escaped(title)}</a>`;
    const rows = facts.map(
      ([label, value]) =>
        `<tr><td style="padding:2px 12px 2px 0;vertical-align:top;color:#666">${escaped(label)}</td>` +
        `<td style="white-space:pre-wrap;vertical-align:top">${escaped(value)}</td></tr>`,
    );
    return (
      `<h2 style="font-size:16px;margin:16px 0 4px;border-left:4px solid ${isBad ? '#c62828' : '#2e7d32'};padding-left:8px">` +
      `${heading}</h2><table style="border-collapse:collapse;font-size:14px">${rows.join('')}</table>`
    );
  });
  const end = [settings, unsubscribe]
    .flatMap((one) => (one ? [` <a href="${escaped(one.link)}">${escaped(one.label)}</a>`] : []))
    .join(' ·');
  return (
    `<!doctype html><html lang="${escaped(language)}"><body style="font:14px sans-serif">` +
    `${items.join('')}${more === '' ? '' : `<p>${escaped(more)}</p>`}` +
    `<p style="color:#666;font-size:12px;margin-top:24px">${escaped(footer)}${end}</p></body></html>`
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
