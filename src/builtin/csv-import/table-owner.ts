import { sql, type Transaction } from 'kysely';
import { message } from '../../core/message.ts';
import { PermanentError } from '../../sdk/errors.ts';

/**
 * Makes a table that is about to be made the tenant's. One that is there belongs to the tenant whose import has made it;
 * one that was made in another way is everybody's.
 *
 * @param exists whether the table is there already
 * @throws PermanentError where it belongs to another tenant
 */
export async function claimTable(
  trx: Transaction<unknown>,
  table: string,
  tenant: string,
  exists: boolean,
): Promise<void> {
  if (!exists)
    await sql`
      insert into batchline.import_table (name, tenant) values (${table}, ${tenant})
      on conflict (name) do nothing`.execute(trx);
  const { rows } = await sql<{ tenant: string }>`
    select tenant from batchline.import_table where name = ${table}`.execute(trx);
  const [owner] = rows;
  if (owner !== undefined && owner.tenant !== tenant)
    throw new PermanentError(message`The name ${table} is taken; name another table.`);
}
