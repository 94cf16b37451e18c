import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { OperatorError } from '../core/errors.ts';

const SavedSignIn = Type.Object({
  token: Type.String(),
  /** Of a token that `batchline login` created; null for a given one, which `logout` doesn't revoke. */
  tokenId: Type.Union([Type.Integer(), Type.Null()]),
  login: Type.String(),
});
const Saved = Type.Object({
  /** The server of the last login. */
  current: Type.Union([Type.String(), Type.Null()]),
  servers: Type.Record(Type.String(), SavedSignIn),
});

/** A sign-in that `batchline login` keeps. */
export type SavedSignIn = Static<typeof SavedSignIn>;

/** The sign-ins that `batchline login` keeps, by the address of the server. */
export type Saved = Static<typeof Saved>;

/** The file of the sign-ins. It follows the XDG Base Directory Specification. */
function credentialsFile(): string {
  const base = process.env.XDG_CONFIG_HOME || join(homedir(), '.config');
  return join(base, 'batchline', 'login.json');
}

/** Reads the kept sign-ins; none if there is no file. @throws OperatorError `CREDENTIALS_INVALID` */
export async function readSaved(): Promise<Saved> {
  const file = credentialsFile();
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { current: null, servers: {} };
    throw invalidFile(file, (error as Error).message, error);
  }
  try {
    return Value.Parse(Saved, JSON.parse(text));
  } catch (error) {
    throw invalidFile(file, 'it is not a file of batchline login', error);
  }
}

function invalidFile(file: string, reason: string, cause: unknown): OperatorError {
  return new OperatorError(
    'CREDENTIALS_INVALID',
    `${file} can't be read (${reason}); delete it and run batchline login again`,
    cause,
  );
}

/** Replaces the kept sign-ins. Only the user can read the file; without sign-ins, it is deleted. */
export async function writeSaved(saved: Saved): Promise<void> {
  const file = credentialsFile();
  if (Object.keys(saved.servers).length === 0) {
    await rm(file, { force: true });
    return;
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.${process.pid}`;
  await writeFile(next, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 });
  await rename(next, file);
}
