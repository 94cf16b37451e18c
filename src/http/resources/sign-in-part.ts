import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { ROLES, SCOPES } from '../../core/caller.ts';
import type { Operation } from '../openapi/operation.ts';
import { DateTime, Int32, nullable } from '../openapi/schemas.ts';

const tag = 'Sign-in';

const XsrfToken = Type.String({ description: 'Of a cookie session: what X-XSRF-TOKEN must be' });
const who = {
  AssociateId: Type.Integer(),
  Login: Type.String(),
  Name: Type.String(),
  Roles: Type.Array(Type.String()),
  Tenant: nullable(Type.String()),
  Scopes: Type.Array(Type.Enum([...SCOPES])),
};
const Session = Type.Object(
  { ...who, XsrfToken: Type.Optional(XsrfToken) },
  { title: 'Session', description: 'Who is signed in' },
);
const SignedIn = Type.Object(
  {
    ...who,
    Ticket: Type.Optional(Type.String({ description: 'A SoTicket; not where Cookie was true' })),
    XsrfToken: Type.Optional(XsrfToken),
    Expires: DateTime,
  },
  { title: 'SignedIn' },
);

export const signInOperation: Operation = {
  id: 'signIn',
  access: ACCESS.open,
  tag,
  summary: 'Signs in with Login and Password; answers a SoTicket, or sets a cookie session.',
  answers: { 200: SignedIn },
  refusals: [401, 403, 429],
  examples: { request: { ticket: { Login: 'admin', Password: 'correct horse' } } },
};

export const getSessionOperation: Operation = {
  id: 'getSession',
  access: ACCESS.anySignIn,
  tag,
  summary: 'Who is signed in.',
  answers: { 200: Session },
};

export const signOutOperation: Operation = {
  id: 'signOut',
  access: ACCESS.anySignIn,
  tag,
  summary: 'Signs out: the SoTicket or session of this call ends.',
  answers: { 204: null },
};

const User = Type.Object(
  {
    AssociateId: Type.Integer(),
    Login: Type.String(),
    Name: Type.String(),
    Roles: Type.Array(Type.Enum([...ROLES])),
    DatabaseSerialNumber: nullable(Type.String()),
    Disabled: Type.Boolean(),
  },
  { title: 'User', description: 'An associate who may sign in' },
);

export const listUsersOperation: Operation = {
  id: 'listUsers',
  access: ACCESS.readAsAdministrator,
  tag,
  summary: 'The associates who may sign in.',
  answers: { 200: Type.Array(User) },
};

export const createUserOperation: Operation = {
  id: 'createUser',
  access: ACCESS.administer,
  tag,
  summary: 'Makes an associate.',
  answers: { 201: User },
  refusals: [409],
  examples: { request: { anna: { Login: 'anna', Password: 'a long password', Roles: ['viewer'] } } },
};

export const changeUserOperation: Operation = {
  id: 'changeUser',
  access: ACCESS.changeAccount,
  tag,
  summary: 'Changes password, roles or access of an associate.',
  answers: { 200: User },
  refusals: [409],
  examples: { request: { disable: { Disabled: true } } },
};

const token = {
  Id: Int32,
  Name: Type.String(),
  AssociateId: Type.Integer(),
  Scopes: Type.Array(Type.Enum([...SCOPES])),
  Definitions: nullable(Type.Array(Type.String())),
  Roles: nullable(
    Type.Array(Type.Enum([...ROLES]), {
      description: 'The most roles it has; null for those of its associate',
    }),
  ),
  DatabaseSerialNumber: nullable(
    Type.String({ description: 'The tenant it is bound to; null for that of its associate' }),
  ),
  ParentId: nullable(
    Type.Integer({ description: 'The token that has made it, and with which it is revoked' }),
  ),
  Created: DateTime,
  Expires: nullable(DateTime),
};
const Token = Type.Object(token, { title: 'Token', description: 'A bearer token' });
const CreatedToken = Type.Object(
  { ...token, Token: Type.String({ description: 'The secret; shown this once' }) },
  { title: 'CreatedToken' },
);

export const listTokensOperation: Operation = {
  id: 'listTokens',
  access: ACCESS.read,
  tag,
  summary: 'The API tokens, without their secrets.',
  answers: { 200: Type.Array(Token) },
};

export const createTokenOperation: Operation = {
  id: 'createToken',
  access: ACCESS.write,
  tag,
  summary: 'Makes an API token.',
  answers: { 201: CreatedToken },
  examples: { request: { nightly: { Name: 'nightly job', Scopes: ['read', 'write'], ExpiresInDays: 90 } } },
};

export const revokeTokenOperation: Operation = {
  id: 'revokeToken',
  access: ACCESS.write,
  tag,
  summary: 'Revokes an API token.',
  answers: { 204: null },
};

const application = {
  Id: Int32,
  Name: Type.String(),
  Scopes: nullable(Type.Array(Type.Enum([...SCOPES]), { description: 'null: no limit' })),
  Created: DateTime,
};
const Application = Type.Object(application, { title: 'Application' });
const CreatedApplication = Type.Object(
  { ...application, AppToken: Type.String({ description: 'Its SO-AppToken; shown this once' }) },
  { title: 'CreatedApplication' },
);

export const listApplicationsOperation: Operation = {
  id: 'listApplications',
  access: ACCESS.readAsServerAdministrator,
  tag,
  summary: 'The applications that an SO-AppToken is known of.',
  answers: { 200: Type.Array(Application) },
};

export const createApplicationOperation: Operation = {
  id: 'createApplication',
  access: ACCESS.administerServer,
  tag,
  summary: 'Registers an application; answers its SO-AppToken, once.',
  answers: { 201: CreatedApplication },
  examples: { request: { import: { Name: 'Import of the north', Scopes: ['read', 'write'] } } },
};

export const removeApplicationOperation: Operation = {
  id: 'removeApplication',
  access: ACCESS.administerServer,
  tag,
  summary: 'Removes an application.',
  answers: { 204: null },
};
