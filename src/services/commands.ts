import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { RequestError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import type { Associate } from '../db/queries/account.ts';
import { replacePassword } from './replace-password.ts';

/** What the command line asks of a running server over its control socket. */
const Command = Type.Object(
  { command: Type.Literal('replacePassword'), login: Type.String(), passwordHash: Type.String() },
  { additionalProperties: false },
);

/** The answer to a command: the changed associate, or why nothing was changed. */
export type CommandAnswer =
  | { readonly associate: Associate }
  | { readonly refused: 'unknown login' | 'unknown command' };

/** Runs a command of an operator. */
export async function runCommand({ sql }: Database, request: unknown): Promise<CommandAnswer> {
  if (!Value.Check(Command, request)) return { refused: 'unknown command' };
  try {
    return { associate: await replacePassword(sql, request.login, request.passwordHash) };
  } catch (error) {
    if (error instanceof RequestError && error.kind === 'notFound') return { refused: 'unknown login' };
    throw error;
  }
}
