import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Agent, Dispatcher } from 'undici';
import { unavailable } from '../core/errors.ts';
import { message } from '../core/message.ts';
import { type CellDirectory, moving } from '../services/cells.ts';
import { tenantSegment } from './query.ts';

/** Header of a request that another cell has forwarded. Such a request is not forwarded again. */
const HOP_HEADER = 'batchline-cell-hop';
/** Headers that concern one connection (RFC 9110, section 7.6.1), and those that the client of the other cell sets itself. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
/** Calls of workers, which finish the runs of a tenant before it moves. */
const WORKER_PATH = /^\/api\/v1\/workers\//i;
const RETRY_SECONDS = 2;

declare module 'fastify' {
  interface FastifyInstance {
    /** Sends requests for tenants of other cells there; undefined without cells. */
    cellRouter: CellRouter | undefined;
  }
}

/** Settings of `routeTenants`. */
export interface CellRouting {
  readonly cells: CellDirectory;
  readonly mode: 'proxy' | 'redirect';
  /** The tenant in tokens of associates without a tenant, which work in every cell. */
  readonly serialNumber: string;
}

/** Routes each request whose address or token names a tenant. Those of other sign-ins follow in `registerSignIn`. */
export function routeTenants(app: FastifyInstance, routing: CellRouting | undefined): void {
  const router = routing && new CellRouter(routing);
  app.decorate('cellRouter', router);
  if (routing === undefined || router === undefined) return;
  app.addHook('onRequest', async (request, reply) => {
    const tenant = tenantSegment(request.raw) ?? tenantOfToken(request, routing.serialNumber);
    if (tenant !== undefined && (await router.route(request, reply, tenant))) return reply;
  });
  app.addHook('onClose', () => router.close());
}

/** The tenant in an API token, `8A:<customer>.<secret>`; `undefined` if there is none, or it is the default. */
function tenantOfToken({ headers }: FastifyRequest, serialNumber: string): string | undefined {
  const tenant = /^Bearer\s+8A:(.+)\.[^.]+$/i.exec(headers.authorization ?? '')?.[1];
  return tenant === serialNumber ? undefined : tenant;
}

/** Sends requests for tenants of other cells there, and refuses changes of tenants that move. */
class CellRouter {
  readonly #cells: CellDirectory;
  readonly #mode: CellRouting['mode'];
  /** Created for the first forwarded request. */
  #agent: Agent | undefined;

  constructor({ cells, mode }: CellRouting) {
    this.#cells = cells;
    this.#mode = mode;
  }

  /**
   * Routes a request for a tenant. Call it before the body is read.
   *
   * @returns true if another cell has the tenant and the reply was sent
   * @throws RequestError (unavailable) if the tenant moves and the request may change something, or its cell can't be reached
   */
  async route(request: FastifyRequest, reply: FastifyReply, tenant: string): Promise<boolean> {
    const wasForwarded = request.headers[HOP_HEADER] !== undefined;
    let found = this.#cells.find(tenant);
    if (wasForwarded && found?.isHere === false) {
      await this.#cells.refresh();
      found = this.#cells.find(tenant);
    }
    if (found === undefined) return false;
    if (found.isHere) {
      if (found.isMoving && !SAFE_METHODS.includes(request.method) && !WORKER_PATH.test(request.url))
        throw moving(tenant);
      return false;
    }
    // The two cells have different maps for a moment, while the tenant changes its cell.
    if (wasForwarded) throw moving(tenant);
    const url = `${found.cell.endpoint}${request.originalUrl}`;
    if (this.#mode === 'redirect') await reply.code(308).header('Location', url).send();
    else await this.#forward(request, reply, url);
    return true;
  }

  /** Closes the connections to other cells. */
  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  async #forward(request: FastifyRequest, reply: FastifyReply, url: string): Promise<void> {
    const aborting = new AbortController();
    reply.raw.once('close', () => aborting.abort());
    const response = await this.#send(request, url, aborting.signal);
    reply.hijack();
    reply.raw.writeHead(response.statusCode, passedHeaders(response.headers));
    try {
      await pipeline(response.body, reply.raw);
    } catch (error) {
      // The client has left, or the other cell has closed the connection, which the client notices.
      request.log.debug(
        { event: 'cell.forward_interrupted', err: error },
        'forwarded response was interrupted',
      );
    }
  }

  async #send(request: FastifyRequest, url: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { method, raw, headers } = request;
    const undici = await import('undici'); // most servers have one cell
    // Long polls and event streams may be silent for long.
    this.#agent ??= new undici.Agent({ headersTimeout: 0, bodyTimeout: 0 });
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    try {
      return await undici.request(url, {
        method: method as Dispatcher.HttpMethod,
        headers: {
          ...passedHeaders(headers),
          [HOP_HEADER]: '1',
          'x-forwarded-for': [headers['x-forwarded-for'], request.ip].flat().filter(Boolean).join(', '),
          'x-forwarded-host': request.host,
          'x-forwarded-proto': request.protocol,
        },
        body: hasBody ? raw : null,
        dispatcher: this.#agent,
        signal,
      });
    } catch (error) {
      request.log.warn(
        { event: 'cell.forward_failed', url, err: error },
        'failed to forward a request to another cell',
      );
      throw unavailable(
        message`The cell of this DatabaseSerialNumber is unreachable. A change may still have been made. Try again in a few seconds.`,
        RETRY_SECONDS,
      );
    }
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function passedHeaders(headers: Headers): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      (header): header is [string, string | string[]] =>
        header[1] !== undefined && !CONNECTION_HEADERS.has(header[0].toLowerCase()),
    ),
  );
}
