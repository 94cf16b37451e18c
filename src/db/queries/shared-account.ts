import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Control } from '../control.ts';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';

/** A table of accounts that have no tenant, before the tables that refer to it. */
interface Kind {
  readonly kind: 'associate' | 'application' | 'api_token';
  /** True for the rows `t` that all cells share. */
  readonly isShared: RawBuilder<unknown>;
}

const KINDS: readonly Kind[] = [
  { kind: 'associate', isShared: sql`t.tenant is null` },
  { kind: 'application', isShared: sql`true` },
  {
    kind: 'api_token',
    isShared: sql`exists (select 1 from batchline.associate as s where s.id = t.associate_id and s.tenant is null)`,
  },
];

/** Columns that every use changes. Each cell has its own values. */
const LOCAL_COLUMNS = ['last_sign_in', 'last_sign_in_by', 'last_used'];

/** A row `t` as JSON, without its local columns. */
const CONTENT = sql`(to_jsonb(t) - ${sql.lit(`{${LOCAL_COLUMNS.join(',')}}`)}::text[])`;

interface SharedRow {
  readonly id: number;
  /** The row as JSON. */
  readonly content: string;
  readonly hash: string;
}

/** Numbers of rows that a synchronization has written. */
export interface AccountChanges {
  readonly sent: number;
  readonly received: number;
  /** Logins that another associate of this cell has, so that the associate can't be received. */
  readonly conflicts: readonly string[];
}

const NO_CHANGES: AccountChanges = { sent: 0, received: 0, conflicts: [] };

/**
 * Makes the accounts without a tenant the same in this cell and the control database: sends what has changed here since both
 * last agreed, and applies what has changed there. If a row has changed in both, the one in the control database wins.
 */
export async function syncAccounts(db: Kysely<Schema>, control: Control): Promise<AccountChanges> {
  return inQuietTransaction(db, async (trx) => {
    // One process of the cell at a time; others skip their turn.
    const { rows: turn } = await sql`
      select 1 from batchline.cell_map for update skip locked`.execute(trx);
    if (turn.length === 0) return NO_CHANGES;
    return inQuietTransaction(control, async (remote) => {
      // The cells take turns.
      await sql`select id from batchline_control.state where id = 1 for update`.execute(remote);
      let changes = NO_CHANGES;
      for (const kind of KINDS) {
        changes = added(changes, await syncKind(trx, remote, kind));
      }
      return changes;
    });
  });
}

function added(a: AccountChanges, b: AccountChanges): AccountChanges {
  return {
    sent: a.sent + b.sent,
    received: a.received + b.received,
    conflicts: [...a.conflicts, ...b.conflicts],
  };
}

async function syncKind(trx: Transaction<Schema>, remote: Control, kind: Kind): Promise<AccountChanges> {
  const here = await localRows(trx, kind);
  const there = await remoteRows(remote, kind);
  const agreed = await agreedRows(trx, kind);
  const columns = await columnsOf(trx, kind);
  let sent = 0;
  let received = 0;
  const conflicts: string[] = [];
  for (const id of new Set([...here.keys(), ...there.keys(), ...agreed.keys()].toSorted((a, b) => a - b))) {
    const [mine, theirs, both] = [here.get(id), there.get(id), agreed.get(id)];
    if (theirs?.hash !== both?.there) {
      const login = theirs && (await conflictOf(trx, kind, theirs));
      if (login !== undefined) conflicts.push(...(login === '' ? [] : [login]));
      if (login !== undefined) continue;
      await agree(trx, kind, id, { here: await write(trx, kind, columns, id, theirs), there: theirs?.hash });
      received += 1;
    } else if (mine?.hash !== both?.here) {
      await agree(trx, kind, id, { here: mine?.hash, there: await send(remote, kind, id, mine) });
      sent += 1;
    }
  }
  return { sent, received, conflicts };
}

/** Hashes of a row here and in the control database; they may differ while cells have different versions. */
interface Agreed {
  readonly here: string | undefined;
  readonly there: string | undefined;
}

async function columnsOf(trx: Transaction<Schema>, { kind }: Kind): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select a.attname as name from pg_attribute as a
    where a.attrelid = ${sql.lit(`batchline.${kind}`)}::regclass and a.attnum > 0 and not a.attisdropped
      and a.attname not in (${sql.join(LOCAL_COLUMNS)})`.execute(trx);
  return rows.map(({ name }) => name);
}

async function localRows(
  trx: Transaction<Schema>,
  { kind, isShared }: Kind,
): Promise<Map<number, SharedRow>> {
  const { rows } = await sql<SharedRow>`
    select t.id, ${CONTENT}::text as content, md5(${CONTENT}::text) as hash
    from ${sql.id('batchline', kind)} as t where ${isShared}`.execute(trx);
  return new Map(rows.map((row) => [row.id, row]));
}

async function remoteRows(remote: Control, { kind }: Kind): Promise<Map<number, SharedRow>> {
  const { rows } = await sql<SharedRow>`
    select id, content::text as content, md5(content::text) as hash from batchline_control.account
    where kind = ${kind}`.execute(remote);
  return new Map(rows.map((row) => [row.id, row]));
}

async function agreedRows(trx: Transaction<Schema>, { kind }: Kind): Promise<Map<number, Agreed>> {
  const { rows } = await sql<{ id: number; here: string; there: string }>`
    select id, here, there from batchline.shared_account where kind = ${kind}`.execute(trx);
  return new Map(rows.map(({ id, ...hashes }) => [id, hashes]));
}

/**
 * Returns the login of an associate if another one of this cell has it; empty if a token refers to such an associate.
 * `undefined` if the row can be written.
 */
async function conflictOf(
  trx: Transaction<Schema>,
  { kind }: Kind,
  { id, content }: SharedRow,
): Promise<string | undefined> {
  const row = JSON.parse(content) as { readonly login_key?: string; readonly associate_id?: number };
  const { rows } = await sql<{ login: string }>`
    select a.login from batchline.associate as a where a.login_key = ${row.login_key ?? null}::text and a.id <> ${id}
    union all
    select '' where ${kind} = 'api_token'
      and not exists (select 1 from batchline.associate as a where a.id = ${row.associate_id ?? null}::int)`.execute(
    trx,
  );
  return rows[0]?.login;
}

/** Inserts, updates or deletes a row of this cell. Returns its new hash. */
async function write(
  trx: Transaction<Schema>,
  { kind }: Kind,
  columns: readonly string[],
  id: number,
  row: SharedRow | undefined,
): Promise<string | undefined> {
  const table = sql.id('batchline', kind);
  if (row === undefined) {
    await sql`delete from ${table} where id = ${id}`.execute(trx);
    return undefined;
  }
  const names = sql.join(columns.map((name) => sql.id(name)));
  const changes = columns
    .filter((name) => name !== 'id')
    .map((name) => sql`${sql.id(name)} = ${sql.ref(`excluded.${name}`)}`);
  const { rows } = await sql<{ hash: string }>`
    insert into ${table} as t (${names}) overriding system value
    select ${names} from jsonb_populate_record(null::${table}, ${row.content}::text::jsonb)
    on conflict (id) do update set ${sql.join(changes)}
    returning md5(${CONTENT}::text) as hash`.execute(trx);
  return rows[0]?.hash;
}

/** Inserts, updates or deletes a row of the control database. Returns its new hash. Keeps columns that this cell lacks. */
async function send(
  remote: Control,
  { kind }: Kind,
  id: number,
  row: SharedRow | undefined,
): Promise<string | undefined> {
  if (row === undefined) {
    await sql`delete from batchline_control.account where kind = ${kind} and id = ${id}`.execute(remote);
    return undefined;
  }
  const { rows } = await sql<{ hash: string }>`
    insert into batchline_control.account as t (kind, id, content) values (${kind}, ${id}, ${row.content}::text::jsonb)
    on conflict (kind, id) do update set content = t.content || excluded.content
    returning md5(t.content::text) as hash`.execute(remote);
  return rows[0]?.hash;
}

async function agree(
  trx: Transaction<Schema>,
  { kind }: Kind,
  id: number,
  { here, there }: Agreed,
): Promise<void> {
  if (here === undefined || there === undefined)
    await sql`delete from batchline.shared_account where kind = ${kind} and id = ${id}`.execute(trx);
  else
    await sql`
      insert into batchline.shared_account (kind, id, here, there) values (${kind}, ${id}, ${here}, ${there})
      on conflict (kind, id) do update set here = excluded.here, there = excluded.there`.execute(trx);
}
