import { answerOf, type BatchlineClient, createClient, Refused } from '#client';
import { readConfig } from '../../config.ts';
import { OperatorError } from '../../core/errors.ts';
import { readSaved } from '../credentials.ts';
import { readPassword } from '../output.ts';

/** Options of all commands that call a server. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
  /** `login:password`, or a login, whose password is prompted for. */
  readonly login?: string;
  readonly json?: boolean;
}

/** Converts an error of a call that got no response. */
export function serverUnreachable(url: string, cause: unknown): OperatorError {
  const reason = (cause as { cause?: { message?: string; code?: string } }).cause;
  return new OperatorError(
    'SERVER_UNREACHABLE',
    `The server at ${url} does not respond (${reason?.code ?? reason?.message ?? (cause as Error).message}); set its address with --url or BATCHLINE_URL.`,
    cause,
  );
}

/** A client of a server, with credentials. */
export interface Connection {
  /** The address of the server. */
  readonly url: string;
  readonly client: BatchlineClient;
  /** Returns the body of a response. @throws Refused for an error response; OperatorError `SERVER_UNREACHABLE` */
  answer: typeof answerOf;
}

/** Connects as the options, the settings and `batchline login` specify. The server returns times with their offset. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const { servers } = await readSaved();
  const { workerToken } = readConfig(process.env);
  const url = await serverUrl(options.url);
  return connectWith(url, await credentialsOf(options, workerToken ?? servers[url]?.token));
}

/** Connects to an address with these credentials. */
export function connectWith(
  url: string,
  credentials: { token?: string; ticket?: string; login?: string; password?: string },
): Connection {
  const client = createClient({
    url,
    ...credentials,
    timeZone: `${Intl.DateTimeFormat().resolvedOptions().timeZone}, includeTZOffset`,
  });
  return {
    url,
    client,
    answer: async (call) => {
      try {
        return await answerOf(call);
      } catch (error) {
        if (error instanceof Refused) throw error;
        throw serverUnreachable(url, error);
      }
    },
  };
}

/**
 * Returns the address of the server: the given one, BATCHLINE_URL, that of the last `batchline login`, or this machine.
 *
 * @throws OperatorError `USAGE_INVALID`
 */
export async function serverUrl(given: string | undefined): Promise<string> {
  if (given === undefined) {
    const { workerUrl, port } = readConfig(process.env);
    return workerUrl ?? (await readSaved()).current ?? `http://127.0.0.1:${port}`;
  }
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  const { protocol, username } = URL.parse(address) ?? {};
  if (!/^https?:$/.test(protocol ?? '') || username !== '')
    throw new OperatorError(
      'USAGE_INVALID',
      `the address of the server is "${given}"; one such as https://batch.example.org or 127.0.0.1:7243 is accepted`,
    );
  return address.replace(/\/+$/, '');
}

async function credentialsOf(
  { token, login }: ConnectionOptions,
  otherToken: string | undefined,
): Promise<{ token?: string; login?: string; password?: string }> {
  if (login !== undefined) {
    const colon = login.indexOf(':');
    if (colon !== -1) return { login: login.slice(0, colon), password: login.slice(colon + 1) };
    return { login, password: await readPassword(login) };
  }
  const bearer = token ?? otherToken;
  return bearer === undefined ? {} : { token: bearer };
}

/** Names the cells that are missing in a list over all cells. */
export function reportMissingCells({ headers }: Pick<Response, 'headers'>): void {
  const missing = headers.get('Batchline-Cells-Missing');
  if (missing !== null) console.error(`No response from the cells ${missing}; what they have is missing.`);
}
