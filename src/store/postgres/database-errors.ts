/** The database can't be used as it is set. The message names the setting and says why. */
export class DatabaseUnreachable extends Error {
  /** @param setting the one that names the address */
  constructor(cause: unknown, setting = 'DATABASE_URL') {
    // Where several addresses were tried, only their code is left of the errors.
    const { message, code } = cause as { message?: string; code?: string };
    const reason = (message || code || String(cause)).replace(/\.$/, '');
    super(`${setting}: PostgreSQL can't be used there: ${reason}.`, { cause });
    this.name = 'DatabaseUnreachable';
  }
}

/** The database can't be used with these settings, or as it is set up. The message says what is accepted. */
export class DatabaseUnfit extends Error {
  /** One of `EXIT_CODES`: a restart does not help. */
  readonly exitCode = 8;

  constructor(message: string) {
    super(message);
    this.name = 'DatabaseUnfit';
  }
}
