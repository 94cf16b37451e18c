import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import type { Caller } from '../core/access.ts';
import type { Cell } from '../core/cells.ts';
import { unavailable } from '../core/errors.ts';
import { BoundedMap } from '../core/lru.ts';
import { message } from '../core/message.ts';
import { type CellDirectory, moving } from '../services/cells.ts';
import { isOwnOrigin } from './auth/hooks.ts';
import { credentialsOf } from './auth/schemes.ts';
import { CellCalls, HOP_HEADER } from './cell-calls.ts';
import { tenantSegment } from './query.ts';

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
/** Headers with credentials, which are left out if this cell vouches for the caller. */
const CREDENTIAL_HEADERS = ['authorization', 'cookie', 'so-apptoken', 'x-xsrf-token'];
/** A sign-in replaces the session of the browser, so its cookie doesn't decide which cell it is for. */
const SIGN_IN_PATH = '/api/v1/signin';
/** The call by which a cell finds out whether another one has a login. */
export const LOGIN_PATH = '/api/v1/SignIn/Login';
/** Validity of the cached cell of a login. */
const LOGIN_TTL_MS = 10_000;

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

/**
 * Routes each request whose address or token names a tenant, or whose session is of another cell. Those of other sign-ins
 * follow in `registerSignIn`.
 */
export function routeTenants(app: FastifyInstance, routing: CellRouting | undefined): void {
  const router = routing && new CellRouter(routing);
  app.decorate('cellRouter', router);
  if (routing === undefined || router === undefined) return;
  app.addHook('onRequest', async (request, reply) => {
    const issuer = router.issuerOf(request);
    if (issuer !== undefined && issuer !== routing.cells.name)
      return (await router.routeToCell(request, reply, issuer)) ? reply : undefined;
    // The session is of this cell, which vouches for its caller.
    if (issuer !== undefined) return;
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
  readonly calls: CellCalls;
  readonly #cells: CellDirectory;
  readonly #mode: CellRouting['mode'];
  /** The cells of logins that this cell doesn't have, and until when that is known; null if no cell has it. */
  readonly #logins = new BoundedMap<{ readonly cell: Cell | null; readonly until: number }>();

  constructor({ cells, mode }: CellRouting) {
    this.#cells = cells;
    this.#mode = mode;
    this.calls = new CellCalls(cells);
  }

  /** The name of this cell. */
  get name(): string {
    return this.#cells.name;
  }

  /** The cell that issued the ticket or session of a request; undefined if there is none, or it names no known cell. */
  issuerOf(request: FastifyRequest): string | undefined {
    if (!/^\/api\//i.test(request.url)) return undefined;
    const { authorization, session } = credentialsOf(request);
    if (authorization === undefined && request.method === 'POST' && isSignIn(request)) return undefined;
    const secret = authorization === undefined ? session : /^SoTicket\s+7T:(.+)$/i.exec(authorization)?.[1];
    const name = /^([a-z][a-z0-9-]*)\./.exec(secret ?? '')?.[1];
    if (name === this.#cells.name) return name;
    return this.#cells.others.find((cell) => cell.name === name)?.name;
  }

  /** Forwards a request to a cell, unless it was forwarded here. Returns true if the reply was sent. */
  async routeToCell(request: FastifyRequest, reply: FastifyReply, name: string): Promise<boolean> {
    const cell = this.#cells.others.find((one) => one.name === name);
    if (cell === undefined || wasForwarded(request)) return false;
    await this.#forward(request, reply, `${cell.endpoint}${request.originalUrl}`);
    return true;
  }

  /**
   * Forwards a sign-in with a login that this cell doesn't have to the cell that has it.
   *
   * @param body the body, if it was read
   * @returns true if the reply was sent
   */
  async routeLogin(
    request: FastifyRequest,
    reply: FastifyReply,
    login: string,
    body?: object,
  ): Promise<boolean> {
    const cell = wasForwarded(request) ? null : await this.#cellOfLogin(request, login);
    if (cell === null) return false;
    await this.#forward(request, reply, `${cell.endpoint}${request.originalUrl}`, { body });
    return true;
  }

  async #cellOfLogin(request: FastifyRequest, login: string): Promise<Cell | null> {
    const key = login.toLowerCase();
    const known = this.#logins.get(key);
    if (known !== undefined && known.until > performance.now()) return known.cell;
    const answers = await this.calls.askAll(request, null, () => ({
      path: LOGIN_PATH,
      body: { Login: login },
    }));
    const cell = answers.find(({ body }) => (body as { Found?: unknown } | undefined)?.Found === true)?.cell;
    this.#logins.set(key, { cell: cell ?? null, until: performance.now() + LOGIN_TTL_MS });
    return cell ?? null;
  }

  /**
   * Routes a request for a tenant. Call it before the body is read.
   *
   * @param caller whom this cell vouches for, if the credentials are valid in this cell only
   * @returns true if another cell has the tenant and the reply was sent
   * @throws RequestError (unavailable) if the tenant moves and the request may change something, or its cell can't be reached
   */
  async route(
    request: FastifyRequest,
    reply: FastifyReply,
    tenant: string,
    caller?: Caller,
  ): Promise<boolean> {
    let found = this.#cells.find(tenant);
    if (wasForwarded(request) && found?.isHere === false) {
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
    if (wasForwarded(request)) throw moving(tenant);
    const url = `${found.cell.endpoint}${request.originalUrl}`;
    if (caller === undefined && this.#mode === 'redirect')
      await reply.code(308).header('Location', url).send();
    else await this.#forward(request, reply, url, { caller });
    return true;
  }

  /** Closes the connections to other cells. */
  close(): Promise<void> {
    return this.calls.close();
  }

  async #forward(
    request: FastifyRequest,
    reply: FastifyReply,
    url: string,
    { caller, body }: Replaced = {},
  ): Promise<void> {
    const aborting = new AbortController();
    reply.raw.once('close', () => aborting.abort());
    const response = await this.#send(request, url, { caller, body }, aborting.signal);
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

  async #send(
    request: FastifyRequest,
    url: string,
    { caller, body }: Replaced,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const { method, raw, headers } = request;
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    const passed = passedHeaders(headers);
    // This cell has checked its own origin; the other one would not know it.
    if (headers.origin !== undefined && isOwnOrigin(headers.origin, request.host)) delete passed.origin;
    if (body !== undefined) {
      delete passed['content-length'];
      delete passed['content-encoding'];
      passed['content-type'] = 'application/json';
    }
    if (caller !== undefined) for (const name of CREDENTIAL_HEADERS) delete passed[name];
    try {
      return await this.calls.send(url, {
        method: method as Dispatcher.HttpMethod,
        headers: {
          ...passed,
          ...(caller === undefined ? {} : this.calls.vouch(method, request.originalUrl, caller)),
          [HOP_HEADER]: '1',
          'x-forwarded-for': [headers['x-forwarded-for'], request.ip].flat().filter(Boolean).join(', '),
          'x-forwarded-host': request.host,
          'x-forwarded-proto': request.protocol,
        },
        body: body === undefined ? (hasBody ? raw : null) : JSON.stringify(body),
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

/** Parts of a forwarded request that are replaced. */
interface Replaced {
  /** The caller in place of the credentials. */
  readonly caller?: Caller | undefined;
  /** The body in place of that of the request, which was read. */
  readonly body?: object | undefined;
}

function wasForwarded({ headers }: FastifyRequest): boolean {
  return headers[HOP_HEADER] !== undefined;
}

function isSignIn({ url }: FastifyRequest): boolean {
  return (url.split('?')[0] ?? '').replace(/\/$/, '').toLowerCase() === SIGN_IN_PATH;
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
