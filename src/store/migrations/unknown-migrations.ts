import type { Logger } from 'pino';

/** What a migration's name ends with that takes away what older programs use: the number of the last they must know. */
const NEEDS = /-needs-(\d{4})$/;

/** The tables were changed by a newer program so that this one can't work with them. */
class SchemaTooNew extends Error {
  constructor(name: string, newest: string) {
    super(
      `The database was changed by a newer version of Batchline (migration ${name}) that this one, which knows migrations up to ${newest}, can't share it with; start the newer version.`,
    );
    this.name = 'SchemaTooNew';
  }
}

/**
 * Looks at migrations that newer programs have made and this one doesn't know: those only add, unless their names say
 * which migration a program must know to go on.
 *
 * @param known the names that this program knows, in their order
 * @throws SchemaTooNew
 */
export function checkUnknown(known: readonly string[], applied: ReadonlySet<string>, log: Logger): void {
  const newest = known.at(-1) ?? '';
  const unknown = [...applied].filter((name) => !known.includes(name)).sort();
  for (const name of unknown) {
    const needs = NEEDS.exec(name)?.[1];
    if (needs !== undefined && newest.slice(0, 4) < needs) throw new SchemaTooNew(name, newest);
  }
  if (unknown.length > 0)
    log.warn({ migrations: unknown }, 'the tables are newer than this program, which can go on with them');
}
