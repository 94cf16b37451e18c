import { answerOf, type BatchlineClient, createClient, Refused } from '#client';
import { readConfig } from '../../config.ts';
import { OperatorError } from '../../core/errors.ts';
import { readPassword } from '../output.ts';

/** Options of all commands that call a server. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
  /** `login:password`, or a login, whose password is prompted for. */
  readonly login?: string;
  readonly json?: boolean;
}

function serverUnreachable(url: string, cause: unknown): OperatorError {
  const reason = (cause as { cause?: { message?: string; code?: string } }).cause;
  return new OperatorError(
    'SERVER_UNREACHABLE',
    `The server at ${url} does not respond (${reason?.code ?? reason?.message ?? (cause as Error).message}); set its address with --url or BATCHLINE_URL.`,
    cause,
  );
}

/** A client of a server, with credentials. */
export interface Connection {
  readonly client: BatchlineClient;
  /** Returns the body of a response. @throws Refused for an error response; OperatorError `SERVER_UNREACHABLE` */
  answer: typeof answerOf;
}

/** Connects as the options and the settings specify. The server returns times with their offset. */
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
  const bearer = token ?? tokenOfSettings;
  return bearer === undefined ? {} : { token: bearer };
}
