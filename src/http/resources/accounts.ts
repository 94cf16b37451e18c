import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import { type Static, Type } from 'typebox';
import { type Caller, isAdministrator, isFullSignIn, ROLES } from '../../core/caller.ts';
import { forbidden, notFound } from '../../core/errors.ts';
import { checkText } from '../../core/limits.ts';
import {
  type Associate,
  getAssociate,
  insertAssociate,
  listAssociates,
  updateAssociate,
} from '../../db/queries/account.ts';
import { deleteSignInsOf } from '../../db/queries/sign-ins.ts';
import type { Schema } from '../../db/schema.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerOf } from '../auth/hooks.ts';
import { checkPassword, hashPassword } from '../auth/password-hash.ts';
import { readTaskId } from './batch-task-params.ts';
import { changeUserOperation, createUserOperation, listUsersOperation } from './sign-in-part.ts';

const Password = Type.String({
  minLength: 1,
  maxLength: 1000,
  description: 'At least as long as the setting BATCHLINE_MIN_PASSWORD_LENGTH says',
});
const Roles = Type.Array(Type.Enum([...ROLES]));

const NewUser = Type.Object(
  {
    Login: Type.String({ minLength: 1, maxLength: 100, pattern: '^[^:\\s\\0]+$' }),
    Name: Type.Optional(Type.String({ maxLength: 200 })),
    Password,
    Roles: Type.Optional(Roles),
    DatabaseSerialNumber: Type.Optional(Type.String({ minLength: 1, maxLength: 39 })),
  },
  { additionalProperties: false },
);

const UserChange = Type.Object(
  { Password: Type.Optional(Password), Roles: Type.Optional(Roles), Disabled: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1 },
);

const USER_CONFIG = { answer: 'User' };

/**
 * `/api/v1/Users`: who may sign in. For administrators, who within a tenant have its associates only; everybody may change
 * the own password.
 */
export async function userRoutes(
  app: FastifyInstance,
  {
    db,
    authenticator,
    minPasswordLength,
  }: { db: Kysely<Schema>; authenticator: Authenticator; minPasswordLength: number },
): Promise<void> {
  app.get('/', { config: { ...USER_CONFIG, operation: listUsersOperation } }, async (request) => {
    const caller = callerOf(request);
    return (await listAssociates(db, caller.tenant)).map(userToWire);
  });

  app.post<{ Body: Static<typeof NewUser> }>(
    '/',
    { config: { ...USER_CONFIG, operation: createUserOperation }, schema: { body: NewUser } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { Login, Name, Password: password, Roles: roles, DatabaseSerialNumber } = request.body;
      checkText('Name', Name ?? '', 200);
      checkPassword(password, minPasswordLength);
      checkText('DatabaseSerialNumber', DatabaseSerialNumber ?? '', 39);
      if (caller.tenant !== null && (DatabaseSerialNumber ?? caller.tenant) !== caller.tenant)
        throw forbidden`You may not make associates of DatabaseSerialNumber "${DatabaseSerialNumber ?? ''}"; "${caller.tenant}" is yours.`;
      const associate = await insertAssociate(db, {
        login: Login,
        name: Name ?? Login,
        passwordHash: await hashPassword(password),
        roles: roles ?? [],
        tenant: DatabaseSerialNumber ?? caller.tenant,
      });
      return reply.code(201).send(userToWire(associate));
    },
  );

  app.patch<{ Params: { id: string }; Body: Static<typeof UserChange> }>(
    '/:id',
    { config: { ...USER_CONFIG, operation: changeUserOperation }, schema: { body: UserChange } },
    async (request) => {
      const id = readTaskId(request.params.id);
      const caller = callerOf(request);
      const isOwn = id === caller.associateId;
      const isOwnPassword = isOwn && Object.keys(request.body).join() === 'Password';
      checkAdministrator(isAdministrator(caller) || isOwnPassword);
      if (isOwn && !isFullSignIn(caller))
        throw forbidden`This sign-in has fewer rights than its associate and can't change the account; sign in with the password.`;
      if (!isWithin(caller, await getAssociate(db, id))) throw notFound`There is no associate ${id}.`;
      const { Password: password, Roles: roles, Disabled } = request.body;
      if (password !== undefined) checkPassword(password, minPasswordLength);
      const changed = await updateAssociate(db, id, {
        passwordHash: password === undefined ? undefined : await hashPassword(password),
        disabled: Disabled,
        roles,
      });
      // Ends the sign-ins that were made with the old password.
      if (password !== undefined || Disabled === true) await deleteSignInsOf(db, id);
      authenticator.forget();
      if (changed === undefined) throw notFound`There is no associate ${id}.`;
      return userToWire(changed);
    },
  );
}

/** Whether an associate is the caller, or of those whom an administrator like the caller has. */
function isWithin(caller: Caller, associate: Associate | undefined): boolean {
  if (associate === undefined) return false;
  return associate.id === caller.associateId || caller.tenant === null || associate.tenant === caller.tenant;
}

function checkAdministrator(allowed: boolean): void {
  if (!allowed) throw forbidden`This is for administrators.`;
}

function userToWire(associate: Associate): object {
  return {
    AssociateId: associate.id,
    Login: associate.login,
    Name: associate.name,
    Roles: associate.roles,
    DatabaseSerialNumber: associate.tenant,
    Disabled: associate.disabled,
  };
}
