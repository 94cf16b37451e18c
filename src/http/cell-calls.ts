import type { FastifyRequest } from 'fastify';
import type { Agent, Dispatcher } from 'undici';
import type { Caller } from '../core/access.ts';
import type { Cell } from '../core/cells.ts';
import type { CellDirectory } from '../services/cells.ts';
import { CALLER_HEADER, readSignedCall, signCall, type VouchedCaller } from './cell-callers.ts';

/** Header of a request that another cell has sent. Such a request is not forwarded again. */
export const HOP_HEADER = 'batchline-cell-hop';
/** A cell that doesn't respond within this time is left out of a list over all cells. */
const ASK_MS = 5000;
/** Headers of a call on which its response depends, apart from its options. */
const ASKED_HEADERS = ['accept-language', 'so-language', 'so-culture', 'so-timezone', 'user-agent'];

/** The header of a list over all cells with the names of those that are missing. */
export const MISSING_CELLS_HEADER = 'Batchline-Cells-Missing';

/** A question to another cell. */
export interface CellQuestion {
  /** The path below its endpoint, with the query. */
  readonly path: string;
  /** A body in JSON; without it, the call is a GET. */
  readonly body?: object;
  /** The time zone of times in the response, if not that of the request. */
  readonly timeZone?: string;
}

/** The response of another cell to a question. */
export interface CellAnswer {
  readonly cell: Cell;
  /** Undefined if the cell did not respond with 200. */
  readonly body: unknown;
}

/** HTTP calls to other cells. */
export class CellCalls {
  readonly #cells: CellDirectory;
  /** Created for the first call. */
  #agent: Agent | undefined;

  constructor(cells: CellDirectory) {
    this.#cells = cells;
  }

  /** Sends a request to another cell, without limits of time: long polls and event streams may be silent for long. */
  async send(
    url: string,
    options: Omit<Dispatcher.RequestOptions, 'path' | 'origin'>,
  ): Promise<Dispatcher.ResponseData> {
    const undici = await import('undici'); // most servers have one cell
    this.#agent ??= new undici.Agent({ headersTimeout: 0, bodyTimeout: 0 });
    return undici.request(url, { ...options, dispatcher: this.#agent });
  }

  /**
   * Asks all other cells at once. A cell that is down doesn't delay the others for more than `ASK_MS`.
   *
   * @param caller the rights that the call has there at most; null for a question of this cell itself
   * @param ask the question to each cell
   */
  async askAll(
    request: FastifyRequest,
    caller: Caller | null,
    ask: (cell: Cell) => CellQuestion,
  ): Promise<CellAnswer[]> {
    return Promise.all(
      this.#cells.others.map(async (cell) => {
        try {
          return { cell, body: await this.#ask(request, cell, caller, ask(cell)) };
        } catch (error) {
          request.log.warn(
            { event: 'cell.list_failed', cell: cell.name, err: error },
            'no response from a cell for a list over all cells',
          );
          return { cell, body: undefined };
        }
      }),
    );
  }

  /** The headers by which this cell vouches for a caller; undefined if the control database has no key yet. */
  vouch(method: string, url: string, caller: Caller | null): Record<string, string> | undefined {
    const { secret } = this.#cells;
    return secret === undefined ? undefined : { [CALLER_HEADER]: signCall(secret, method, url, caller) };
  }

  /** Returns the caller for which another cell vouches; null if it is that cell itself, undefined if there is none. */
  vouchedCaller(request: FastifyRequest): VouchedCaller | null | undefined {
    const header = request.headers[CALLER_HEADER];
    const { secret } = this.#cells;
    if (typeof header !== 'string' || secret === undefined) return undefined;
    return readSignedCall(secret, header, request.method, request.originalUrl)?.caller;
  }

  /** Closes the connections to other cells. */
  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  async #ask(
    { headers }: FastifyRequest,
    { endpoint }: Cell,
    caller: Caller | null,
    { path, body, timeZone }: CellQuestion,
  ): Promise<unknown> {
    const method = body === undefined ? 'GET' : 'POST';
    const asked = Object.entries(headers).filter(([name]) => ASKED_HEADERS.includes(name));
    const vouched = this.vouch(method, path, caller);
    if (vouched === undefined)
      throw new Error('the control database has no key for calls between cells; run batchline cell list');
    const response = await this.send(`${endpoint}${path}`, {
      method,
      headers: {
        ...Object.fromEntries(asked),
        ...(timeZone === undefined ? {} : { 'so-timezone': timeZone }),
        ...vouched,
        [HOP_HEADER]: '1',
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(ASK_MS),
    });
    const text = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}: ${text.slice(0, 300)}`);
    return JSON.parse(text);
  }
}
