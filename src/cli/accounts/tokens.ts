import type { Scope } from '../../core/access.ts';
import { OperatorError } from '../../core/errors.ts';
import { MAX_TOKEN_DAYS } from '../../services/tokens.ts';
import { type ExitCode, print } from '../output.ts';
import { printTable, timeText } from '../table.ts';
import { type AccountOptions, associateIdOf, checkLength, execute, selectedServer } from './place.ts';

/** Options of `token create`. */
export interface CreateTokenOptions extends AccountOptions {
  readonly name: string;
  readonly scope?: readonly Scope[];
  /** Definitions that a token with the scope `worker` can run. */
  readonly definition?: readonly string[];
  readonly days?: string;
}

/** `batchline token create LOGIN`: creates a token and prints it; only its hash is stored. */
export async function createToken(login: string | undefined, options: CreateTokenOptions): Promise<ExitCode> {
  const { name, definition: definitions = [], json } = options;
  checkLength('--name', name, 200);
  for (const definition of definitions) checkLength('--definition', definition, 100);
  const scopes: Scope[] = [...(options.scope ?? (['read', 'write'] as const))];
  const days = readDays(options.days);
  const isWorker = scopes.includes('worker');
  if (isWorker !== definitions.length > 0)
    throw new OperatorError('USAGE_INVALID', '--scope worker requires --definition NAME, and vice versa');
  const server = await selectedServer(options);
  if (server !== undefined) {
    const body = {
      Name: name,
      Scopes: scopes,
      ...(isWorker ? { Definitions: [...definitions] } : {}),
      ...(days === undefined ? {} : { ExpiresInDays: days }),
      ...(login === undefined ? {} : { AssociateId: await associateIdOf(server, login) }),
    };
    const made = await server.answer(server.client.POST('/api/v1/Tokens', { body }));
    print(made, json, made.Token);
    return 0;
  }
  if (login === undefined)
    throw new OperatorError(
      'USAGE_INVALID',
      'the login of the account is missing, such as: batchline token create admin',
    );
  const { secret } = await execute('createToken', {
    login,
    name,
    scopes,
    definitions: isWorker ? [...definitions] : null,
    days: days ?? null,
  });
  print({ Token: secret }, json, secret);
  return 0;
}

/** `batchline token list`: prints all tokens, without their secrets. */
export async function listAllTokens(options: AccountOptions): Promise<ExitCode> {
  const server = await selectedServer(options);
  const shown =
    server === undefined
      ? (await execute('listTokens', {})).map((token) => ({
          Id: token.id,
          Name: token.name,
          AssociateId: token.associateId,
          Scopes: token.scopes,
          Definitions: token.definitions,
          Expires: token.expires,
          LastUsed: token.lastUsed,
        }))
      : await server.answer(server.client.GET('/api/v1/Tokens'));
  printTable(shown, { json: options.json, none: 'No tokens.' }, [
    { head: 'Id', of: (token) => token.Id, right: true },
    { head: 'Name', of: (token) => token.Name },
    { head: 'Associate', of: (token) => token.AssociateId, right: true },
    { head: 'Scopes', of: (token) => token.Scopes.join(', ') },
    { head: 'Definitions', of: (token) => token.Definitions?.join(', ') },
    { head: 'Expires', of: (token) => timeText(token.Expires) || 'never' },
    { head: 'Last used', of: (token) => timeText(token.LastUsed) || 'never' },
  ]);
  return 0;
}

/** `batchline token revoke ID`: revokes a token. @throws RequestError (notFound) */
export async function revokeToken(id: number, options: AccountOptions): Promise<ExitCode> {
  const server = await selectedServer(options);
  if (server === undefined) await execute('revokeToken', { id });
  else await server.answer(server.client.DELETE('/api/v1/Tokens/{id}', { params: { path: { id } } }));
  print({ Revoked: id }, options.json, `Revoked token ${id}.`);
  return 0;
}

function readDays(days: string | undefined): number | undefined {
  if (days === undefined) return undefined;
  const value = Number(days);
  if (!(value > 0 && value <= MAX_TOKEN_DAYS))
    throw new OperatorError(
      'USAGE_INVALID',
      `--days is "${days}"; it must be a number up to ${MAX_TOKEN_DAYS}`,
    );
  return value;
}
