import { isMailAddress } from '../core/notification.ts';
import { httpAddress, isLoopbackHost, type Kind, listOf, parsed, Rejected, type Setting } from './kinds.ts';

/** An SMTP server and the sign-in there. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** True for TLS from the start (`smtps:`); otherwise STARTTLS is used if the server offers it. */
  readonly secure: boolean;
  /** A loopback address: TLS is not required, and its certificate is not verified. */
  readonly isLoopback: boolean;
  readonly user: string | undefined;
  readonly password: string;
}

/** The address of an SMTP server. Errors never contain it, because it may have a password. */
const smtpAddress: Kind<SmtpServer> = {
  values: '`smtp://…`, `smtps://…`',
  parse(given) {
    const url = URL.parse(given);
    const secure = url?.protocol === 'smtps:';
    if (
      url === null ||
      (!secure && url.protocol !== 'smtp:') ||
      url.hostname === '' ||
      !/^\/?$/.test(url.pathname)
    )
      throw new Rejected(
        ' is not the address of an SMTP server; smtp://user:password@host:587 or smtps://user:password@host:465 is accepted.',
      );
    const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1');
    return {
      host,
      port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
      secure,
      isLoopback: isLoopbackHost(host),
      user: url.username === '' ? undefined : decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    };
  },
};

/** The sender of mail: `address` or `Name <address>`. */
export interface MailSender {
  readonly text: string;
  readonly address: string;
}

function readSender(text: string): MailSender {
  const address = /^[^<>\r\n]*<([^<>\s]+)>$/.exec(text)?.[1] ?? text;
  if (isMailAddress(address)) return { text, address };
  throw new Rejected(` is "${text}"; batch@example.com or Batchline <batch@example.com> is accepted.`);
}

/** Notifications by e-mail, and links in notifications. */
export const MAIL = {
  smtp: {
    name: 'BATCHLINE_SMTP_URL',
    kind: smtpAddress,
    doc: 'SMTP server for notifications by e-mail, with user and password: `smtp://` uses STARTTLS, `smtps://` TLS from the start. Without it there is no e-mail.',
  },
  from: {
    name: 'BATCHLINE_MAIL_FROM',
    kind: parsed('`address`, `Name <address>`', readSender),
    doc: 'Sender of notifications by e-mail. Required with BATCHLINE_SMTP_URL.',
  },
  domains: {
    name: 'BATCHLINE_MAIL_DOMAINS',
    kind: listOf('domains, or `*`', 'domains such as example.com, or * for all of them, are', (item) =>
      /^(?:\*|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/i.test(item),
    ),
    defaultDoc: 'the domain of BATCHLINE_MAIL_FROM',
    doc: 'Domains that notifications may be sent to, separated by commas. Anyone who can sign in can send mail there.',
  },
  publicUrl: {
    name: 'BATCHLINE_PUBLIC_URL',
    kind: httpAddress('https://batch.example.com'),
    doc: 'Address at which people open the dashboard, for the links in notifications. Without it there are no links.',
  },
} as const satisfies Record<string, Setting>;
