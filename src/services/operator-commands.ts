import type { Kysely } from 'kysely';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { ROLES, SCOPES, type Scope } from '../core/access.ts';
import { OPERATOR } from '../core/administration.ts';
import { RequestError, type RequestErrorKind } from '../core/errors.ts';
import type { MessageData } from '../core/message.ts';
import { type Associate, findAssociate, listAssociates, listTokens } from '../db/queries/account.ts';
import type { Schema } from '../db/schema.ts';
import {
  addUser,
  createApplication,
  issuePasswordLink,
  readApplications,
  removeApplication,
  replacePassword,
  unknownLogin,
} from './accounts.ts';
import { expiryAfterDays, issueToken, MAX_TOKEN_DAYS, removeToken } from './tokens.ts';

const Id = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
const Login = Type.String({ minLength: 1, maxLength: 100 });
const Scopes = Type.Array(Type.Enum([...SCOPES]), { minItems: 1 });
const Name = Type.String({ minLength: 1, maxLength: 200 });
const CLOSED = { additionalProperties: false } as const;

/** The input of each command. Passwords are hashed by the command line, so that they stay in its process. */
const INPUTS = {
  listUsers: Type.Object({}, CLOSED),
  addUser: Type.Object(
    {
      login: Login,
      name: Name,
      passwordHash: Type.String(),
      roles: Type.Array(Type.Enum([...ROLES])),
      tenant: Type.Union([Type.String({ minLength: 1, maxLength: 39 }), Type.Null()]),
    },
    CLOSED,
  ),
  replacePassword: Type.Object({ login: Type.String(), passwordHash: Type.String() }, CLOSED),
  createPasswordLink: Type.Object({ login: Type.String() }, CLOSED),
  listTokens: Type.Object({}, CLOSED),
  createToken: Type.Object(
    {
      login: Type.String(),
      name: Name,
      scopes: Scopes,
      /** `null` for a token without the scope `worker`. */
      definitions: Type.Union([Type.Array(Type.String({ minLength: 1, maxLength: 100 })), Type.Null()]),
      /** `null` for a token that never expires. */
      days: Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: MAX_TOKEN_DAYS }), Type.Null()]),
    },
    CLOSED,
  ),
  revokeToken: Type.Object({ id: Id }, CLOSED),
  listApplications: Type.Object({}, CLOSED),
  addApplication: Type.Object({ name: Name, scopes: Type.Union([Scopes, Type.Null()]) }, CLOSED),
  removeApplication: Type.Object({ id: Id }, CLOSED),
} as const;

/** The name of a command. */
export type CommandName = keyof typeof INPUTS;
/** The input of a command. */
export type CommandInput<C extends CommandName> = Static<(typeof INPUTS)[C]>;

/** An associate, without its password hash, as plain JSON. */
export interface Account extends Omit<Associate, 'passwordHash' | 'lastSignIn'> {
  readonly lastSignIn: string | null;
}

/** The results of the commands: plain JSON. */
export interface CommandResults {
  readonly listUsers: readonly Account[];
  readonly addUser: Account;
  readonly replacePassword: Account;
  readonly createPasswordLink: { readonly secret: string; readonly expires: string };
  readonly listTokens: readonly {
    readonly id: number;
    readonly name: string;
    readonly associateId: number;
    readonly scopes: readonly Scope[];
    readonly definitions: readonly string[] | null;
    readonly expires: string | null;
    readonly lastUsed: string | null;
  }[];
  readonly createToken: { readonly secret: string };
  readonly revokeToken: null;
  readonly listApplications: readonly {
    readonly id: number;
    readonly name: string;
    readonly scopes: readonly Scope[] | null;
  }[];
  readonly addApplication: { readonly secret: string };
  readonly removeApplication: null;
}

/** The dependencies of the commands. */
export interface CommandDeps {
  readonly db: Kysely<Schema>;
  /** The default tenant. */
  readonly serialNumber: string;
}

type Commands = {
  readonly [C in CommandName]: (deps: CommandDeps, input: CommandInput<C>) => Promise<CommandResults[C]>;
};

const COMMANDS: Commands = {
  listUsers: async ({ db }) => (await listAssociates(db)).map(withoutHash),
  addUser: async ({ db }, input) => withoutHash(await addUser(db, OPERATOR, input)),
  replacePassword: async ({ db }, { login, passwordHash }) =>
    withoutHash(await replacePassword(db, login, passwordHash)),
  createPasswordLink: async ({ db }, { login }) => {
    const associate = await findAssociate(db, login);
    if (associate === undefined) throw unknownLogin(login);
    const { secret, expires } = await issuePasswordLink(db, OPERATOR, associate);
    return { secret, expires: expires.toISOString() };
  },
  listTokens: async ({ db }) =>
    (await listTokens(db)).map(({ id, name, associateId, scopes, definitions, expires, lastUsed }) => ({
      id,
      name,
      associateId,
      scopes,
      definitions,
      expires: expires?.toISOString() ?? null,
      lastUsed: lastUsed?.toISOString() ?? null,
    })),
  createToken: async ({ db, serialNumber }, { login, name, scopes, definitions, days }) => {
    const associate = await findAssociate(db, login);
    if (associate === undefined) throw unknownLogin(login);
    const { secret } = await issueToken({ db, serialNumber }, OPERATOR, associate, {
      name,
      scopes,
      definitions: definitions?.map((definition) => definition.toLowerCase()) ?? null,
      expires: days === null ? null : expiryAfterDays(days, new Date()),
      parentId: null,
      roles: null,
      tenant: null,
    });
    return { secret };
  },
  revokeToken: async ({ db }, { id }) => {
    await removeToken({ db }, id);
    return null;
  },
  listApplications: async ({ db }) =>
    (await readApplications({ db })).map(({ id, name, scopes }) => ({ id, name, scopes })),
  addApplication: async ({ db }, { name, scopes }) => {
    const { secret } = await createApplication({ db }, OPERATOR, { name, scopes });
    return { secret };
  },
  removeApplication: async ({ db }, { id }) => {
    await removeApplication({ db }, OPERATOR, id);
    return null;
  },
};

/**
 * Executes a command of an operator, who has access to the database or its folder: it checks no rights.
 *
 * @throws RequestError (notFound, conflict)
 */
export function runCommand<C extends CommandName>(
  deps: CommandDeps,
  command: C,
  input: CommandInput<C>,
): Promise<CommandResults[C]> {
  return COMMANDS[command](deps, input);
}

/** The response to a command from the control socket. */
export type CommandResponse<C extends CommandName = CommandName> =
  | { readonly result: CommandResults[C] }
  | { readonly refused: { readonly kind: RequestErrorKind; readonly text: MessageData } }
  | { readonly unknown: true };

/** Executes a command from the control socket, `{ command, input }`. Never throws for an invalid command. */
export async function answerCommand(deps: CommandDeps, request: unknown): Promise<CommandResponse> {
  if (!Value.Check(Request, request) || !isCommand(request.command)) return { unknown: true };
  const { command, input } = request;
  if (!Value.Check(INPUTS[command], input)) return { unknown: true };
  try {
    return { result: await runCommand(deps, command, input as CommandInput<typeof command>) };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { refused: { kind: error.kind, text: error.text } };
  }
}

const Request = Type.Object({ command: Type.String(), input: Type.Unknown() }, CLOSED);

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(INPUTS, name);
}

function withoutHash({ passwordHash: _, lastSignIn, ...account }: Associate): Account {
  return { ...account, lastSignIn: lastSignIn?.toISOString() ?? null };
}
