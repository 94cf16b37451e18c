import type pg from 'pg';

/** Settings of a session by name, as PostgreSQL takes them. */
type SessionSettings = Readonly<Record<string, string>>;

/**
 * Settings that our statements and row parsers rely on; a database or role may have other defaults. A pooler in
 * transaction mode restores them for each of its clients.
 */
const FORMATS: SessionSettings = {
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
};
/** How long the database may continue a statement after the client gave it up and closed the connection. */
const EXTRA_MS = 5000;

/** Further settings: made when a direct connection starts; through a pooler, in each transaction. */
function limits(statementMs: number): SessionSettings {
  return {
    IntervalStyle: 'postgres',
    search_path: '"$user", public',
    // The statement timeout includes waits for locks. Zero means none.
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

/** Connections with these settings, which are part of the startup message and cost no round trip. */
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
