import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A message that the server accepted. */
interface ReceivedMail {
  readonly to: string;
  /** Headers and body, decoded from quoted-printable. */
  readonly text: string;
}

/** The step at which a server refuses a message. */
type MailStep = 'sign-in' | 'sender' | 'recipient' | 'message';

/** An SMTP server on loopback, with the self-signed certificate of the library. */
export interface MailServer {
  /** With the user `batch` and the password `pa:ss`. */
  readonly url: string;
  readonly port: number;
  readonly received: ReceivedMail[];
  /** The status with which a step is refused; `undefined` accepts it. */
  refuses: (step: MailStep, address: string) => number | undefined;
  /** Resolves when the condition holds. */
  until(condition: (received: readonly ReceivedMail[]) => boolean): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts an SMTP server that requires sign-in.
 *
 * @param tls `start` offers STARTTLS, `always` is TLS from the start, `none` offers none
 */
export async function startMailServer(tls: 'start' | 'always' | 'none' = 'start'): Promise<MailServer> {
  let heard = Promise.withResolvers<void>();
  const refusal = (step: MailStep, address: string): Error | null => {
    const status = mail.refuses(step, address);
    return status === undefined ? null : Object.assign(new Error(`no ${step}`), { responseCode: status });
  };
  const server = new SMTPServer({
    secure: tls === 'always',
    logger: false,
    disableReverseLookup: true,
    disabledCommands: tls === 'none' ? ['STARTTLS'] : [],
    allowInsecureAuth: true,
    onAuth({ username = '', password }, _, callback) {
      const isKnown = username === 'batch' && password === 'pa:ss';
      const error = refusal('sign-in', username) ?? (isKnown ? null : new Error('unknown user'));
      callback(error, { user: username });
    },
    onMailFrom: ({ address }, _, callback) => callback(refusal('sender', address)),
    onRcptTo: ({ address }, _, callback) => callback(refusal('recipient', address)),
    async onData(stream, { envelope }, callback) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const to = envelope.rcptTo[0]?.address ?? '';
      const error = refusal('message', to);
      if (error === null) mail.received.push({ to, text: decoded(Buffer.concat(chunks).toString()) });
      callback(error);
      heard.resolve();
      heard = Promise.withResolvers();
    },
  });
  // Clients that refuse the certificate end the connection.
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const mail: MailServer = {
    url: `${tls === 'always' ? 'smtps' : 'smtp'}://batch:pa%3Ass@127.0.0.1:${port}`,
    port,
    received: [],
    refuses: () => undefined,
    async until(condition) {
      while (!condition(mail.received)) await heard.promise;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return mail;
}

/** Decodes quoted-printable. */
function decoded(text: string): string {
  const bytes = text
    .replace(/=\r?\n/g, '')
    .replace(/(?:=[0-9A-F]{2})+/g, (run) => Buffer.from(run.replaceAll('=', ''), 'hex').toString());
  return bytes.replaceAll('\r\n', '\n');
}
