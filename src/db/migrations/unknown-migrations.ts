import type { Logger } from 'pino';
import { OperatorError } from '../../core/operator-error.ts';

/** What a migration's name ends with that takes away what older programs use: the number of the last they must know. */
const NEEDS = /-needs-(\d{4})$/;

/**
 * Looks at migrations that newer programs have made and this one doesn't know: those only add, unless their names say
 * which migration a program must know to go on.
 *
 * @param known the names that this program knows, in their order
 * @throws OperatorError `SCHEMA_TOO_NEW`
 */
export function checkUnknown(known: readonly string[], applied: ReadonlySet<string>, log: Logger): void {
  const newest = known.at(-1) ?? '';
  const unknown = [...applied].filter((name) => !known.includes(name)).sort();
  for (const name of unknown) {
    const needs = NEEDS.exec(name)?.[1];
    if (needs !== undefined && newest.slice(0, 4) < needs)
      throw new OperatorError(
        'SCHEMA_TOO_NEW',
        `The database was changed by a newer version of Batchline (migration ${name}) that this one, which knows migrations up to ${newest}, can't share it with; start the newer version.`,
      );
  }
  if (unknown.length > 0)
    log.warn(
      { event: 'migration.unknown_applied', migrations: unknown },
      'schema is newer than this version, but compatible',
    );
}
