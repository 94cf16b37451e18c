import { OperatorError } from '../core/operator-error.ts';

/**
 * The error of a PostgreSQL that can't be used.
 *
 * @param setting the one that names the address
 */
export function databaseUnreachable(cause: unknown, setting = 'DATABASE_URL'): OperatorError {
  // If several addresses failed, the error has only their code.
  const { message, code } = cause as { message?: string; code?: string };
  const reason = (message || code || String(cause)).replace(/\.$/, '');
  return new OperatorError(
    'DATABASE_UNREACHABLE',
    `${setting}: PostgreSQL can't be used there: ${reason}.`,
    cause,
  );
}
