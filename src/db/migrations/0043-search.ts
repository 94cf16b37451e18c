import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Everything that separates words; the same characters as in `src/core/search/words.ts`. */
const SEPARATORS =
  '[\\s!-/:-@[-`{-~\u0080-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb-\u00bf\u2000-\u206f\u3000-\u303f]+';

const statements = [
  // Words in lower case, with one space between them, so that the parser of text search sees no paths, hosts or addresses.
  sql`create or replace function batchline.search_text(text) returns text
    language sql immutable strict parallel safe
    return regexp_replace(batchline.fold($1), ${sql.lit(SEPARATORS)}, ' ', 'g')`,
  // The words of tasks, which a background job writes. Apart from the tasks, because it changes after them.
  sql`create table if not exists batchline.task_search (
    task_id int primary key,
    document tsvector not null
  )`,
  sql`create index if not exists task_search_by_word on batchline.task_search using gin (document)`,
  // The planner misjudges prefixes, and would read the whole table; this always reads the index.
  sql`create or replace function batchline.search_tasks(query text, max int) returns setof int
    language sql stable set enable_seqscan = off set enable_indexscan = off
    begin atomic
      select s.task_id from batchline.task_search as s
      where s.document @@ to_tsquery('simple', batchline.fold(query)) limit max;
    end`,
  sql`create table if not exists batchline.task_search_cursor (
    id int primary key,
    position bigint not null,
    backfill int not null
  )`,
];

/** The search index of tasks: their words, and how far the job that writes it has come. */
export const search: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
