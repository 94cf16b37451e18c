import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { type Health, writeHealth, writeHealthSummary } from './health.ts';

/** What the monitoring port tells. */
export interface MonitoringDeps {
  readonly health: Health;
  /** `undefined` where metrics are off. */
  readonly metrics: { readonly contentType: string; expose(): Promise<string> } | undefined;
  readonly log: Logger;
}

/** A port that answers `/health…` and `/metrics` and nothing else. */
export interface MonitoringServer {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** An answer: status, type, and body. */
type Answer = readonly [status: number, type: string, body: string];

/**
 * Listens on a port of its own for whoever looks after the process: probes and scrapers, without sign-in. It answers
 * from before the database is opened until everything has stopped; a process that only runs tasks has nothing else.
 *
 * @throws the error of the socket
 */
export async function openMonitoring(
  { host, port }: { readonly host: string; readonly port: number },
  parts: MonitoringDeps,
): Promise<MonitoringServer> {
  const server = createServer((request, response) => void reply(request, response, parts));
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  const { address, family, port: taken } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
  parts.log.info({ event: 'monitoring.started', url }, 'monitoring server started');
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  parts: MonitoringDeps,
): Promise<void> {
  request.resume();
  const [status, type, body] = await answerTo(request, parts).catch((error: unknown): Answer => {
    parts.log.error(
      { event: 'monitoring.request_failed', err: error, url: request.url },
      'monitoring request failed',
    );
    return [500, 'text/plain; charset=utf-8', 'The server has failed. The fault is in its log.\n'];
  });
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerTo({ method, url = '' }: IncomingMessage, parts: MonitoringDeps): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD')
    return [405, 'text/plain; charset=utf-8', `There is no ${method} here; GET is accepted.\n`];
  const path = url.split('?')[0];
  if (path === '/metrics' && parts.metrics !== undefined)
    return [200, parts.metrics.contentType, await parts.metrics.expose()];
  if (path === '/health/live') return [200, JSON_TYPE, JSON.stringify({ Status: 'live' })];
  if (path === '/health' || path === '/health/ready') {
    const report = await parts.health.report();
    const body = (path === '/health' ? writeHealthSummary : writeHealth)(report, String);
    return [report.isReady ? 200 : 503, JSON_TYPE, JSON.stringify(body)];
  }
  const paths = ['/health', '/health/live', '/health/ready', ...(parts.metrics ? ['/metrics'] : [])];
  return [
    404,
    'text/plain; charset=utf-8',
    `There is no such path here; ${paths.join(', ')} are accepted.\n`,
  ];
}

const JSON_TYPE = 'application/json; charset=utf-8';
