import type { Carrier } from '#client';
import { readConfig } from '../../config.ts';
import type { Role } from '../../core/access.ts';
import { OperatorError } from '../../core/errors.ts';
import type { Account } from '../../services/operator-commands.ts';
import { hashPassword } from '../../services/secrets.ts';
import { type ExitCode, print, readPassword } from '../output.ts';
import { connect, serverUrl } from '../remote/connection.ts';
import { printTable, stateStyle, timeText } from '../table.ts';
import { type AccountOptions, associateIdOf, checkLength, execute, selectedServer } from './place.ts';

type User = Carrier<'User'>;

/** `batchline user list`: prints all accounts. */
export async function listUsers(options: AccountOptions): Promise<ExitCode> {
  const server = await selectedServer(options);
  const found =
    server === undefined
      ? (await execute('listUsers', {})).map(toJson)
      : await server.answer(server.client.GET('/api/v1/Users'));
  const state = ({ Disabled }: { Disabled: boolean }): string => (Disabled ? 'disabled' : '');
  printTable(found, { json: options.json, none: 'No accounts.' }, [
    { head: 'Id', of: (one) => one.AssociateId, right: true },
    { head: 'Login', of: (one) => one.Login },
    { head: 'Name', of: (one) => one.Name },
    { head: 'Roles', of: (one) => one.Roles.join(', ') },
    { head: 'Tenant', of: (one) => one.DatabaseSerialNumber },
    { head: 'State', of: state, style: (one) => stateStyle(state(one)) },
    { head: 'Last sign-in', of: (one) => timeText(one.LastSignIn) },
    { head: 'By', of: (one) => one.LastSignInBy },
  ]);
  return 0;
}

/** Options of `user add`. */
export interface AddUserOptions extends AccountOptions {
  readonly role?: readonly Role[];
  readonly name?: string;
  readonly tenant?: string;
  /** false for an account that signs in at the OIDC provider. */
  readonly password?: boolean;
}

/** `batchline user add LOGIN`: creates an account. */
export async function addUser(login: string, options: AddUserOptions): Promise<ExitCode> {
  if (!/^[^:\s]{1,100}$/.test(login))
    throw new OperatorError(
      'USAGE_INVALID',
      `"${login}" is not a valid login; use at most 100 characters, without spaces and colons`,
    );
  const { name = login, role = [], tenant } = options;
  checkLength('--name', name, 200);
  checkLength('--tenant', tenant, 39);
  const server = await selectedServer(options);
  const roles = [...role];
  const created =
    server === undefined
      ? toJson(
          await execute('addUser', {
            login,
            name,
            passwordHash: options.password === false ? '' : await hashPassword(await readNewPassword(login)),
            roles,
            tenant: tenant ?? null,
          }),
        )
      : await server.answer(
          server.client.POST('/api/v1/Users', {
            body: {
              Login: login,
              Name: name,
              ...(options.password === false ? {} : { Password: await readPassword(login) }),
              Roles: roles,
              ...(tenant === undefined ? {} : { DatabaseSerialNumber: tenant }),
            },
          }),
        );
  print(created, options.json, `Created associate ${created.AssociateId} (${created.Login}).`);
  return 0;
}

/** Options of `user edit`. */
export interface EditUserOptions extends AccountOptions {
  readonly role?: readonly Role[];
  /** false with --no-roles. */
  readonly roles?: boolean;
  readonly disabled?: boolean;
}

/** `batchline user edit LOGIN`: changes roles, disables or enables an account. */
export async function editUser(login: string, options: EditUserOptions): Promise<ExitCode> {
  const roles = options.roles === false ? [] : options.role;
  const body = {
    ...(roles === undefined ? {} : { Roles: [...roles] }),
    ...(options.disabled === undefined ? {} : { Disabled: options.disabled }),
  };
  if (Object.keys(body).length === 0)
    throw new OperatorError('USAGE_INVALID', 'nothing to change; --role, --no-roles or --disabled is needed');
  const server = await connect(options);
  const params = { path: { id: await associateIdOf(server, login) } };
  const changed = await server.answer(server.client.PATCH('/api/v1/Users/{id}', { params, body }));
  print(changed, options.json, `Changed ${login}: ${describe(changed)}.`);
  return 0;
}

function describe({ Roles, Disabled }: User): string {
  return `${Roles.length === 0 ? 'no roles' : Roles.join(', ')}${Disabled ? ', disabled' : ''}`;
}

/**
 * `batchline user password LOGIN`: sets a new password and revokes the tickets of the old one. Tokens remain valid.
 *
 * @throws RequestError (notFound) if there is no such login
 */
export async function setPassword(login: string, options: AccountOptions): Promise<ExitCode> {
  const server = await selectedServer(options);
  let account: ReturnType<typeof toJson> | User;
  if (server === undefined) {
    const passwordHash = await hashPassword(await readNewPassword(login));
    account = toJson(await execute('replacePassword', { login, passwordHash }));
  } else {
    const params = { path: { id: await associateIdOf(server, login) } };
    const body = { Password: await readPassword(login) };
    account = await server.answer(server.client.PATCH('/api/v1/Users/{id}', { params, body }));
  }
  const note = account.Disabled ? ' The account is still disabled.' : '';
  print(account, options.json, `Changed the password of ${account.Login}.${note}`);
  return 0;
}

/**
 * `batchline user password-link LOGIN`: prints the address of a page where the associate sets a new password, once within a
 * day.
 *
 * @throws RequestError (notFound) if there is no such login, (conflict) if the account is disabled
 */
export async function createPasswordLink(
  login: string,
  options: AccountOptions & { readonly page?: string },
): Promise<ExitCode> {
  const { page, json } = options;
  const server = await selectedServer(options);
  if (server !== undefined) {
    const params = { path: { id: await associateIdOf(server, login) } };
    const link = await server.answer(server.client.POST('/api/v1/Users/{id}/PasswordLink', { params }));
    const address =
      page === undefined ? link.Url : link.Url.replace(/^.*(?=\/password#)/, await serverUrl(page));
    print({ ...link, Url: address }, json, address);
    return 0;
  }
  const { workerUrl, host, port } = readConfig(process.env);
  const base =
    page === undefined
      ? (workerUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`)
      : await serverUrl(page);
  const { secret, expires } = await execute('createPasswordLink', { login });
  const address = `${base.replace(/\/+$/, '')}/password#${secret}`;
  print({ Url: address, Expires: expires }, json, address);
  return 0;
}

async function readNewPassword(login: string): Promise<string> {
  const password = await readPassword(login);
  const { minPasswordLength } = readConfig(process.env).signIn;
  if (password.length < minPasswordLength)
    throw new OperatorError(
      'USAGE_INVALID',
      `the password is too short: it has ${password.length} characters, the minimum is ${minPasswordLength}`,
    );
  return password;
}

function toJson({ id, login, name, roles, tenant, disabled, lastSignIn, lastSignInBy }: Account) {
  return {
    AssociateId: id,
    Login: login,
    Name: name,
    Roles: roles,
    DatabaseSerialNumber: tenant,
    Disabled: disabled,
    LastSignIn: lastSignIn,
    LastSignInBy: lastSignInBy,
  };
}
