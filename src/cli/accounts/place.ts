import { readConfig } from '../../config.ts';
import { hasOperatorCode, OperatorError, RequestError } from '../../core/errors.ts';
import { revived } from '../../core/message.ts';
import { openDatabase } from '../../db/open.ts';
import { callControlSocket } from '../../db/pglite/control-socket.ts';
import { openLog } from '../../logger.ts';
import { unknownLogin } from '../../services/accounts.ts';
import {
  type CommandInput,
  type CommandName,
  type CommandResponse,
  type CommandResults,
  runCommand,
} from '../../services/operator-commands.ts';
import { readSaved } from '../credentials.ts';
import { type Connection, type ConnectionOptions, connect, serverUrl } from '../remote/connection.ts';

/** Options of the commands that open the configured database or call a server. */
export interface AccountOptions extends ConnectionOptions {
  readonly local?: boolean;
}

/**
 * Connects to the server that the options or `batchline login` select; `undefined` means the configured database.
 *
 * @throws OperatorError `USAGE_INVALID` if --local is combined with a server
 */
export async function selectedServer(options: AccountOptions): Promise<Connection | undefined> {
  const { url, token, login, local } = options;
  const isGiven = url !== undefined || token !== undefined || login !== undefined;
  if (local === true && isGiven)
    throw new OperatorError('USAGE_INVALID', '--local cannot be used with --url, --token or --login');
  if (local === true) return undefined;
  if (isGiven) return connect(options);
  const { servers } = await readSaved();
  if (servers[await serverUrl(undefined)] === undefined) return undefined;
  return connect(options);
}

/** Returns the id of an account on a server: the caller's own, or that of any login for administrators. */
export async function associateIdOf({ client, answer }: Connection, login: string): Promise<number> {
  const self = await answer(client.GET('/api/v1/SignIn'));
  if (self.Login === login) return self.AssociateId;
  const users = await answer(client.GET('/api/v1/Users'));
  const found = users.find((user) => user.Login === login);
  if (found !== undefined) return found.AssociateId;
  throw unknownLogin(login);
}

/**
 * Executes a command in the configured database. If a server has the embedded database open, the server executes it.
 *
 * @throws RequestError if the command is refused; OperatorError `DATABASE_IN_USE` if the process that has the database
 *   open accepts no commands
 */
export async function execute<C extends CommandName>(
  command: C,
  input: CommandInput<C>,
): Promise<CommandResults[C]> {
  const config = readConfig(process.env);
  try {
    const database = await openDatabase(config, openLog('warn'));
    try {
      return await runCommand({ db: database.sql, serialNumber: config.serialNumber }, command, input);
    } finally {
      await database.close();
    }
  } catch (error) {
    if (!hasOperatorCode(error, 'DATA_FOLDER_IN_USE')) throw error;
    return executeInServer(config.dataFolder, command, input);
  }
}

async function executeInServer<C extends CommandName>(
  dataFolder: string,
  command: C,
  input: CommandInput<C>,
): Promise<CommandResults[C]> {
  const response = (await callControlSocket(dataFolder, { command, input })) as
    | CommandResponse<C>
    | undefined;
  if (response !== undefined && 'result' in response) return response.result;
  if (response !== undefined && 'refused' in response && typeof response.refused === 'object')
    throw new RequestError(response.refused.kind, revived(response.refused.text));
  throw new OperatorError(
    'DATABASE_IN_USE',
    'another process has the database open and accepts no commands; if it is a server that is starting, wait until it is ready, else stop it',
  );
}

/** @throws OperatorError `USAGE_INVALID` if the text is empty or too long */
export function checkLength(what: string, text: string | undefined, max: number): void {
  if (text === undefined || (text.length > 0 && text.length <= max)) return;
  throw new OperatorError(
    'USAGE_INVALID',
    `${what} has ${text.length} characters; it must have between 1 and ${max}`,
  );
}
