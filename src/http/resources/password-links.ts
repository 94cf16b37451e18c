import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { type AccountDeps, setPasswordByLink } from '../../services/accounts.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { refuseCrossSite } from '../auth/hooks.ts';
import { DateTime, type Operation } from '../openapi/operation.ts';

const tag = 'Sign-in';

const PasswordLink = Type.Object(
  {
    Url: Type.String({
      description: 'The address of the page to set a password, which is returned only once',
    }),
    Expires: DateTime,
  },
  { title: 'PasswordLink' },
);

export const createPasswordLinkOperation: Operation = {
  id: 'createPasswordLink',
  access: ACCESS.changeAccount,
  tag,
  summary: 'Creates a link by which an associate sets a new password, once within a day.',
  responses: { 201: PasswordLink },
  refusals: [409],
};

const setPasswordOperation: Operation = {
  id: 'setPassword',
  access: ACCESS.open,
  tag,
  summary: 'Sets a password by a link of an administrator, and ends the sessions of the associate.',
  responses: { 200: Type.Object({ Login: Type.String() }, { title: 'PasswordSet' }) },
  refusals: [403, 410, 429],
};

const NewPassword = Type.Object(
  {
    Link: Type.String({ maxLength: 100, description: 'The part of the address of the link after #' }),
    Password: Type.String({ maxLength: 1000 }),
  },
  { additionalProperties: false },
);

/** `/api/v1/SignIn/Password`: sets a password by a link of an administrator. */
export async function passwordRoutes(
  app: FastifyInstance,
  { accounts, authenticator }: { readonly accounts: AccountDeps; readonly authenticator: Authenticator },
): Promise<void> {
  app.post<{ Body: Static<typeof NewPassword> }>(
    '/Password',
    { config: { payload: 'PasswordSet', operation: setPasswordOperation }, schema: { body: NewPassword } },
    async (request) => {
      const { Link, Password } = request.body;
      refuseCrossSite(request);
      const set = () => setPasswordByLink(accounts, Link, Password);
      const { login } = await authenticator.limitFailures(request.ip, set);
      authenticator.clearCache();
      return { Login: login };
    },
  );
}
