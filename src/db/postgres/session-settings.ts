import type pg from 'pg';

/** PostgreSQL settings of a session, by name. */
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
/** Time that the database continues a statement after the timeout of the client. */
const EXTRA_MS = 5000;

/** Further settings, applied at the start of a direct connection, or of each transaction through a pooler. */
function limits(statementMs: number): SessionSettings {
  return {
    IntervalStyle: 'postgres',
    search_path: '"$user", public',
    // The statement timeout includes waits for locks. Zero means none.
    lock_timeout: '0',
    statement_timeout: String(statementMs + EXTRA_MS),
  };
}

/** Returns the settings of a direct connection. @param statementMs time limit of the client for a response (ms) */
export function sessionSettings(statementMs: number): SessionSettings {
  return { ...FORMATS, ...limits(statementMs) };
}

/** The settings of a connection to a pooler, which are part of its startup message. */
export const POOLED_SETTINGS = FORMATS;

/** Returns statements that apply the other settings of a pooled connection at the start of a transaction. */
export function transactionSettings(statementMs: number, idleTransactionMs: number): string {
  const settings = {
    ...limits(statementMs),
    idle_in_transaction_session_timeout: String(idleTransactionMs),
  };
  return Object.entries(settings)
    .map(([name, value]) => `set local ${name} = ${name === 'search_path' ? value : `'${value}'`}`)
    .join('; ');
}

/** Returns a client class that sends these settings in the startup message, which costs no round trip. */
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
