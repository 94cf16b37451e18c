import { hostname } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Refused } from '#client';
import { OperatorError } from '../../core/errors.ts';
import { readSaved, type SavedSignIn, writeSaved } from '../credentials.ts';
import { type ExitCode, escapeLine, print, readPassword } from '../output.ts';
import { formatProperties } from '../table.ts';
import { type Connection, type ConnectionOptions, connect, connectWith, serverUrl } from './connection.ts';

/** Options of `login`. */
export interface LoginOptions {
  readonly user?: string;
  readonly token?: string;
  readonly days?: number;
  readonly json?: boolean;
}

const DEFAULT_DAYS = 90;

/** `batchline login [URL]`: keeps a token for later commands: a new one of the account, or the given one. */
export async function login(address: string | undefined, options: LoginOptions): Promise<ExitCode> {
  const url = await serverUrl(address);
  const signIn =
    options.token === undefined ? await createToken(url, options) : await checkToken(url, options.token);
  const { servers } = await readSaved();
  const replaced = servers[url];
  await writeSaved({ current: url, servers: { ...servers, [url]: signIn } });
  if (replaced !== undefined && replaced.token !== signIn.token) await revoke(url, replaced);
  print(
    { Url: url, Login: signIn.login },
    options.json,
    escapeLine(`Signed in to ${url} as ${signIn.login}.`),
  );
  return 0;
}

/** Signs in with the password and creates a token. */
async function createToken(url: string, { user, days = DEFAULT_DAYS }: LoginOptions): Promise<SavedSignIn> {
  const { client, answer } = connectWith(url, {});
  const { Schemes } = await answer(client.GET('/api/v1/SignIn/Methods'));
  if (!Schemes.includes('bearer') || !(Schemes.includes('ticket') || Schemes.includes('basic')))
    throw new OperatorError(
      'USAGE_INVALID',
      `${url} has no sign-in by password for programs (its methods are ${Schemes.join(', ')}); create a token on the Tokens page, and pass it with --token`,
    );
  const account = user ?? (await ask('Login: '));
  const Password = await readPassword(account);
  const isTicket = Schemes.includes('ticket');
  const ticket = isTicket
    ? (await answer(client.POST('/api/v1/SignIn', { body: { Login: account, Password } }))).Ticket
    : undefined;
  const session = connectWith(
    url,
    ticket === undefined ? { login: account, password: Password } : { ticket },
  );
  const { Login, Scopes } = await session.answer(session.client.GET('/api/v1/SignIn'));
  const made = await session.answer(
    session.client.POST('/api/v1/Tokens', {
      body: {
        Name: `batchline login on ${hostname()}`.slice(0, 200),
        Scopes: Scopes.filter((scope) => scope !== 'worker'),
        ExpiresInDays: days,
      },
    }),
  );
  if (ticket !== undefined) await session.answer(session.client.DELETE('/api/v1/SignIn'));
  return { token: made.Token, tokenId: made.Id, login: Login };
}

/** Asks the server whose token this is. */
async function checkToken(url: string, given: string): Promise<SavedSignIn> {
  const token = given === '-' ? (await text(process.stdin)).trim() : given;
  const { client, answer } = connectWith(url, { token });
  const { Login } = await answer(client.GET('/api/v1/SignIn'));
  return { token, tokenId: null, login: Login };
}

async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new OperatorError('USAGE_INVALID', '--user is needed if standard input is not a terminal');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await prompt.question(question)).trim();
  } finally {
    prompt.close();
  }
}

/** `batchline logout [URL]`: revokes the token and forgets it. @returns 4 if there is no sign-in */
export async function logout(address: string | undefined): Promise<ExitCode> {
  const { current, servers } = await readSaved();
  const url = address === undefined ? current : await serverUrl(address);
  const signIn = url === null ? undefined : servers[url];
  if (url === null || signIn === undefined) {
    console.error(`batchline: not signed in${url === null ? '' : ` to ${url}`}; batchline login signs in`);
    return 4;
  }
  await revoke(url, signIn);
  const { [url]: _, ...others } = servers;
  await writeSaved({
    current: current === url ? (Object.keys(others)[0] ?? null) : current,
    servers: others,
  });
  console.log(`Signed out of ${url}.`);
  return 0;
}

/** Revokes a token that `login` created; one that is revoked or has expired already is none to revoke. */
async function revoke(url: string, { token, tokenId }: SavedSignIn): Promise<void> {
  if (tokenId === null) return;
  const { client, answer } = connectWith(url, { token });
  try {
    await answer(client.DELETE('/api/v1/Tokens/{id}', { params: { path: { id: tokenId } } }));
  } catch (error) {
    if (!(error instanceof Refused && (error.status === 401 || error.status === 404))) throw error;
  }
}

/** `batchline whoami`: prints the server and the account. */
export async function whoami(options: ConnectionOptions): Promise<ExitCode> {
  const { url, client, answer }: Connection = await connect(options);
  const { XsrfToken: _, SignOutUrl: __, ...self } = await answer(client.GET('/api/v1/SignIn'));
  const shown = { Url: url, ...self };
  print(shown, options.json, formatProperties(shown));
  return 0;
}
