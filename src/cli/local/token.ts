import { parseArgs } from 'node:util';
import { SCOPES, type Scope } from '../domain/caller.ts';
import { missing } from '../domain/errors.ts';
import { generateToken, hashToken } from '../http/auth/tokens.ts';
import { findAssociate } from '../store/associates/associates.ts';
import { deleteToken, insertToken, listTokens } from '../store/tokens/tokens.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** What the scope `worker` is for. */
  readonly definitions: readonly string[];
  readonly days: number | undefined;
}

/** `batchline token create|list|revoke`. */
export async function tokenCommand(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'command line' },
      scope: { type: 'string', multiple: true, default: ['read', 'write'] },
      definition: { type: 'string', multiple: true, default: [] },
      days: { type: 'string' },
    },
  });
  const [action, target] = positionals;
  if (action === 'list') return list();
  if (action === 'create' && target !== undefined) {
    return create(target, {
      name: values.name,
      scopes: values.scope.map(readScope),
      definitions: values.definition,
      days: readDays(values.days),
    });
  }
  if (action === 'revoke' && target !== undefined && /^\d{1,9}$/.test(target)) return revoke(Number(target));
  throw new UsageError('token takes "create LOGIN", "list" or "revoke ID"');
}

async function create(login: string, { name, scopes, definitions, days }: NewToken): Promise<number> {
  const works = scopes.includes('worker');
  if (works !== definitions.length > 0)
    throw new UsageError('--scope worker and --definition NAME belong together');
  const secret = await withDatabase(async ({ sql }, serialNumber) => {
    const associate = await findAssociate(sql, login);
    if (associate === undefined) throw missing`There is no associate with the login "${login}".`;
    const made = generateToken(associate.tenant ?? serialNumber);
    const expires = days === undefined ? null : new Date(Date.now() + days * DAY_MS);
    await insertToken(sql, {
      associateId: associate.id,
      name,
      scopes,
      expires,
      hash: hashToken(made),
      definitions: works ? definitions.map((one) => one.toLowerCase()) : null,
    });
    return made;
  });
  console.log(secret);
  return 0;
}

async function list(): Promise<number> {
  const tokens = await withDatabase(({ sql }) => listTokens(sql, undefined));
  for (const token of tokens) {
    const expires = token.expires === null ? 'never expires' : `expires ${token.expires.toISOString()}`;
    console.log(
      `${token.id}\t${token.name}\tassociate ${token.associateId}\t${token.scopes.join(',')}\t${expires}`,
    );
  }
  return 0;
}

async function revoke(id: number): Promise<number> {
  const found = await withDatabase(({ sql }) => deleteToken(sql, id, undefined));
  if (!found) throw missing`There is no token ${id}.`;
  console.log(`Token ${id} was revoked.`);
  return 0;
}

/** A scope of the command line. */
export function readScope(scope: string): Scope {
  const found = SCOPES.find((one) => one === scope);
  if (found === undefined)
    throw new UsageError(`there is no scope "${scope}"; ${SCOPES.join(', ')} are accepted`);
  return found;
}

function readDays(days: string | undefined): number | undefined {
  if (days === undefined) return undefined;
  const value = Number(days);
  if (!(value > 0 && value <= 3650))
    throw new UsageError(`--days is "${days}"; a number up to 3650 is accepted`);
  return value;
}
