import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import type { Role } from '../../src/core/access.ts';
import type { Database } from '../../src/db/database.ts';
import { insertAssociate } from '../../src/db/queries/account.ts';
import type { Pruner } from '../../src/queue/pruner.ts';
import { startServer } from '../../src/server.ts';
import { ApiClient } from './api-client.ts';
import { ADMIN, quickHash } from './associates.ts';
import { createPlace, type DatabaseKind, type Place } from './databases.ts';

/** Settings of every test server, besides its place. */
export const TEST_ENV: Readonly<Record<string, string>> = {
  HOST: '127.0.0.1',
  PORT: '0',
  BATCHLINE_ADMIN: `${ADMIN.login}:${ADMIN.password}`,
  BATCHLINE_SHUTDOWN_GRACE_SECONDS: '2',
  LOG_LEVEL: 'silent',
};

/** A server in the test's own process. */
export interface TestServer {
  readonly url: string;
  /** The URL of the monitoring port, if it is open. */
  readonly monitoringUrl: string | undefined;
  readonly place: Place;
  readonly database: Database;
  readonly retention: Pruner;
  /** A client for the administrator. */
  readonly admin: ApiClient;
  /** Creates an associate and returns a client for it. */
  associate(login: string, options?: { roles?: Role[]; tenant?: string }): Promise<ApiClient>;
  /** Stops the server and removes everything, unless the place was given. */
  stop(): Promise<void>;
}

/** Starts a server in this process. */
export async function startTestServer(
  kind: DatabaseKind,
  options: { env?: Record<string, string>; place?: Place } = {},
): Promise<TestServer> {
  const place = options.place ?? (await createPlace(kind));
  const config = readConfig({ ...TEST_ENV, ...place.env, ...options.env });
  const server = await startServer(config, pino({ level: config.logLevel }));
  const admin = await ApiClient.signIn(server.url, ADMIN.login, ADMIN.password);
  return {
    url: server.url,
    monitoringUrl: server.monitoringUrl,
    place,
    database: server.database,
    retention: server.retention,
    admin,
    async associate(login, { roles = [], tenant = null } = {}) {
      const password = `password of ${login}`;
      await insertAssociate(server.database.sql, {
        login,
        name: login,
        passwordHash: await quickHash(password),
        roles,
        tenant,
      });
      return ApiClient.signIn(server.url, login, password);
    },
    async stop() {
      await server.stop();
      if (options.place === undefined) await place.remove();
    },
  };
}
