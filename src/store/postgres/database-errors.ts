/** The database can't be reached or doesn't let us in. The message says why. */
export class DatabaseUnreachable extends Error {
  constructor(cause: unknown) {
    // Where several addresses were tried, only their code is left of the errors.
    const { message, code } = cause as { message?: string; code?: string };
    super(`DATABASE_URL: PostgreSQL can't be used there: ${message || code || String(cause)}.`, { cause });
    this.name = 'DatabaseUnreachable';
  }
}

/** The database can't be used with these settings, or as it is set up. The message says what is accepted. */
export class DatabaseUnfit extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DatabaseUnfit';
  }
}
