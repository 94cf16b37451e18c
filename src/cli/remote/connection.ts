import { answerOf, type BatchlineClient, createClient, Refused } from '#client';
import { readConfig } from '../../config.ts';
import { OperatorError } from '../../core/operator-error.ts';
import { readPassword } from '../local/accounts.ts';

/** How a command reaches its server. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
  /** `login`, whose password is asked for, or `login:password`. */
  readonly login?: string;
  readonly json?: boolean;
}

/** The error of a server that does not answer; the message says where it was looked for. */
function serverUnreachable(url: string, cause: unknown): OperatorError {
  const reason = (cause as { cause?: { message?: string; code?: string } }).cause;
  return new OperatorError(
    'SERVER_UNREACHABLE',
    `There is no answer from ${url} (${reason?.code ?? reason?.message ?? (cause as Error).message}); --url or BATCHLINE_URL names the server.`,
    cause,
  );
}

/** A server, as somebody who has signed in. */
export interface Connection {
  readonly client: BatchlineClient;
  /** What a call answers. @throws Refused; OperatorError `SERVER_UNREACHABLE` */
  answer: typeof answerOf;
}

/** The connection that the options and the settings name. Times are written with their offset. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const config = readConfig(process.env);
  const url = options.url ?? config.workerUrl ?? `http://127.0.0.1:${config.port}`;
  const client = createClient({
    url,
    ...(await credentialsOf(options, config.workerToken)),
    timeZone: `${Intl.DateTimeFormat().resolvedOptions().timeZone}, includeTZOffset`,
  });
  return {
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

async function credentialsOf(
  { token, login }: ConnectionOptions,
  tokenOfSettings: string | undefined,
): Promise<{ token?: string; login?: string; password?: string }> {
  if (login !== undefined) {
    const colon = login.indexOf(':');
    if (colon !== -1) return { login: login.slice(0, colon), password: login.slice(colon + 1) };
    return { login, password: await readPassword(login) };
  }
  const known = token ?? tokenOfSettings;
  return known === undefined ? {} : { token: known };
}
