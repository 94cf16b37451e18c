import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { type Health, writeHealth, writeHealthSummary } from './health.ts';

/** Sources of the monitoring server. */
export interface MonitoringDeps {
  readonly health: Health;
  /** `undefined` if metrics are disabled. */
  readonly metrics: { readonly contentType: string; expose(): Promise<string> } | undefined;
  readonly log: Logger;
}

/** A server that has only `/health…` and `/metrics`. */
export interface MonitoringServer {
  /** Base URL, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Status, content type and body of a response. */
type Reply = readonly [status: number, type: string, body: string];

/**
 * Opens a separate port for probes and scrapers, without sign-in. It responds from before the database is opened until
 * everything has stopped. It is the only port of a worker.
 *
 * @throws the error of the socket
 */
export async function openMonitoring(
  { host, port }: { readonly host: string; readonly port: number },
  deps: MonitoringDeps,
): Promise<MonitoringServer> {
  const server = createServer((request, response) => void respond(request, response, deps));
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  const { address, family, port: actualPort } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${actualPort}`;
  deps.log.info({ event: 'monitoring.started', url }, 'monitoring server started');
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  deps: MonitoringDeps,
): Promise<void> {
  request.resume();
  const [status, type, body] = await replyTo(request, deps).catch((error: unknown): Reply => {
    deps.log.error(
      { event: 'monitoring.request_failed', err: error, url: request.url },
      'monitoring request failed',
    );
    return [500, 'text/plain; charset=utf-8', 'Internal server error; see the log of the server.\n'];
  });
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function replyTo({ method, url = '' }: IncomingMessage, deps: MonitoringDeps): Promise<Reply> {
  if (method !== 'GET' && method !== 'HEAD')
    return [405, 'text/plain; charset=utf-8', `${method} is not supported; GET is accepted.\n`];
  const path = url.split('?')[0];
  if (path === '/metrics' && deps.metrics !== undefined)
    return [200, deps.metrics.contentType, await deps.metrics.expose()];
  if (path === '/health/live') return [200, JSON_TYPE, JSON.stringify({ Status: 'live' })];
  if (path === '/health' || path === '/health/ready') {
    const report = await deps.health.report();
    const body = (path === '/health' ? writeHealthSummary : writeHealth)(report, String);
    return [report.isReady ? 200 : 503, JSON_TYPE, JSON.stringify(body)];
  }
  const paths = ['/health', '/health/live', '/health/ready', ...(deps.metrics ? ['/metrics'] : [])];
  return [404, 'text/plain; charset=utf-8', `Unknown path; ${paths.join(', ')} are accepted.\n`];
}

const JSON_TYPE = 'application/json; charset=utf-8';
