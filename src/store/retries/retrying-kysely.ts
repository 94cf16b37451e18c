import { Kysely, type TransactionBuilder } from 'kysely';
import { retrying } from './retrying.ts';

/** The database, with transactions that are done again while it asks for that (`retrying`). */
export class RetryingKysely<Schema> extends Kysely<Schema> {
  override transaction(): TransactionBuilder<Schema> {
    const builder = super.transaction();
    const once = builder.execute.bind(builder);
    builder.execute = (work) => retrying(() => once(work));
    return builder;
  }
}
