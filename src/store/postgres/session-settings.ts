import type pg from 'pg';

/** Settings of a session by name, as PostgreSQL takes them. */
type SessionSettings = Readonly<Record<string, string>>;

/**
 * What our statements, and the parsers of their rows, rely on. A database or role may have other defaults. These are
 * the settings that a pooler by transaction restores for each of its clients.
 */
const FORMATS: SessionSettings = {
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
};
/** After the client has given a statement up, which ends its connection, the database may go on for this long. */
const EXTRA_MS = 5000;

/** What else is set: on a connection of our own at its start, through a pooler in each transaction. */
function limits(statementMs: number): SessionSettings {
  return {
    IntervalStyle: 'postgres',
    search_path: '"$user", public',
    // The time-out of the statement counts for its locks too. One of zero is none.
    lock_timeout: '0',
    statement_timeout: String(statementMs + EXTRA_MS),
  };
}

/** The settings of a connection to PostgreSQL itself. @param statementMs how long the client waits for an answer */
export function sessionSettings(statementMs: number): SessionSettings {
  return { ...FORMATS, ...limits(statementMs) };
}

/** The settings of a connection to a pooler. */
export const POOLED_SETTINGS = FORMATS;

/** Sets the others at the beginning of a transaction, as one text of several statements. */
export function transactionSettings(statementMs: number, idleTransactionMs: number): string {
  const settings = {
    ...limits(statementMs),
    idle_in_transaction_session_timeout: String(idleTransactionMs),
  };
  return Object.entries(settings)
    .map(([name, value]) => `set local ${name} = ${name === 'search_path' ? value : `'${value}'`}`)
    .join('; ');
}

/** A kind of connection that begins with these settings: they are part of its first message and cost no call. */
export function startingWith(Client: typeof pg.Client, settings: SessionSettings): typeof pg.Client {
  return class StartingClient extends Client {
    getStartupConf(): Record<string, string> {
      const { getStartupConf } = Client.prototype as unknown as {
        getStartupConf(): Record<string, string>;
      };
      return { ...getStartupConf.call(this), ...settings };
    }
  };
}
