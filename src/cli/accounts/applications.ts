import type { Scope } from '../../core/access.ts';
import { type ExitCode, print } from '../output.ts';
import { printTable } from '../table.ts';
import { type AccountOptions, checkLength, execute, selectedServer } from './place.ts';

/** `batchline app add NAME`: registers an application and prints its SO-AppToken; only its hash is stored. */
export async function addApplication(
  name: string,
  options: AccountOptions & { readonly scope?: readonly Scope[] },
): Promise<ExitCode> {
  checkLength('the name', name, 200);
  const scopes = options.scope === undefined ? null : [...options.scope];
  const server = await selectedServer(options);
  const body = { Name: name, ...(scopes === null ? {} : { Scopes: scopes }) };
  const secret =
    server === undefined
      ? (await execute('addApplication', { name, scopes })).secret
      : (await server.answer(server.client.POST('/api/v1/Applications', { body }))).AppToken;
  print({ AppToken: secret }, options.json, secret);
  return 0;
}

/** `batchline app list`: prints all applications, without their secrets. */
export async function listAllApplications(options: AccountOptions): Promise<ExitCode> {
  const server = await selectedServer(options);
  const shown =
    server === undefined
      ? (await execute('listApplications', {})).map(({ id, name, scopes }) => ({
          Id: id,
          Name: name,
          Scopes: scopes,
        }))
      : await server.answer(server.client.GET('/api/v1/Applications'));
  printTable(shown, { json: options.json, none: 'No applications.' }, [
    { head: 'Id', of: (one) => one.Id, right: true },
    { head: 'Name', of: (one) => one.Name },
    { head: 'Scopes', of: (one) => one.Scopes?.join(', ') ?? 'no limit' },
  ]);
  return 0;
}

/** `batchline app remove ID`: removes an application. @throws RequestError (notFound) */
export async function removeApplication(id: number, options: AccountOptions): Promise<ExitCode> {
  const server = await selectedServer(options);
  if (server === undefined) await execute('removeApplication', { id });
  else await server.answer(server.client.DELETE('/api/v1/Applications/{id}', { params: { path: { id } } }));
  print({ Removed: id }, options.json, `Removed application ${id}.`);
  return 0;
}
