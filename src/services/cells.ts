import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { BackgroundJob } from '../core/background-job.ts';
import { type Cell, type CellMap, placeOf } from '../core/cells.ts';
import { conflict, type RequestError, unavailable } from '../core/errors.ts';
import { message } from '../core/message.ts';
import type { Control } from '../db/control.ts';
import { isConnectionError } from '../db/errors.ts';
import { readCellMap, readSavedMap, saveMap } from '../db/queries/cell.ts';
import { syncAccounts } from '../db/queries/shared-account.ts';
import type { Schema } from '../db/schema.ts';

/** Interval of checks for a new version of the map. A move waits for longer before it relies on it. */
const CELL_MAP_MS = 1000;
/** Number of checks for each synchronization of the shared accounts. */
const ROUNDS_PER_SYNC = 3;
const RETRY_SECONDS = 2;

const NO_CELLS: CellMap = { version: -1, cells: [], placements: [] };

/**
 * The cells and placements, as this process knows them. They are read from the control database every second; if it is
 * unreachable, the last known ones apply, also after a restart (docs/decisions/0046-cells.md).
 */
export class CellDirectory {
  readonly #name: string;
  readonly #db: Kysely<Schema>;
  readonly #control: Control;
  readonly #log: Logger;
  readonly #job: BackgroundJob;
  #map: CellMap = NO_CELLS;
  #rounds = 0;
  #conflicts: ReadonlySet<string> = new Set();
  #isAway = false;

  /** @param name the cell of this process */
  constructor(name: string, db: Kysely<Schema>, control: Control, log: Logger) {
    this.#name = name;
    this.#db = db;
    this.#control = control;
    this.#log = log;
    this.#job = new BackgroundJob({ name: 'cells', intervalMs: CELL_MAP_MS, log, run: () => this.#round() });
  }

  /** Reads the map, from the control database or the last start, and the shared accounts. */
  async open(): Promise<void> {
    this.#map = (await readSavedMap(this.#db)) ?? NO_CELLS;
    await this.#round();
  }

  /** Sends the accounts that this start has created, and keeps everything up to date from now on. */
  async start(): Promise<void> {
    await this.#reach(() => this.#syncAccounts());
    this.#job.start('later');
  }

  /** Stops the updates and closes the control database. */
  async stop(): Promise<void> {
    await this.#job.stop();
    await this.#control.destroy();
  }

  /** Reads the map now, if the control database is reachable. */
  async refresh(): Promise<void> {
    await this.#reach(() => this.#readMap());
  }

  /** Returns the cell of a tenant, and whether it is this one; `undefined` if the map is empty. */
  find(
    tenant: string,
  ): { readonly cell: Cell; readonly isHere: boolean; readonly isMoving: boolean } | undefined {
    const place = placeOf(this.#map, tenant);
    const cell = this.#map.cells.find(({ name }) => name === place?.cell);
    return place && cell && { cell, isHere: cell.name === this.#name, isMoving: place.isMoving };
  }

  /** The name of this cell. */
  get name(): string {
    return this.#name;
  }

  /** The other cells. */
  get others(): readonly Cell[] {
    return this.#map.cells.filter(({ name }) => name !== this.#name);
  }

  /** The key that all cells know; undefined before the control database has one. */
  get secret(): string | undefined {
    return this.#map.secret;
  }

  /** @throws RequestError (conflict) if the tenant is in another cell, (unavailable) while it moves */
  checkHere(tenant: string): void {
    const found = this.find(tenant);
    if (found === undefined) return;
    if (!found.isHere)
      throw conflict`DatabaseSerialNumber "${tenant}" is served at ${`${found.cell.endpoint}/${encodeURIComponent(tenant)}/`}.`;
    if (found.isMoving) throw moving(tenant);
  }

  async #round(): Promise<void> {
    await this.#reach(async () => {
      await this.#readMap();
      if (this.#rounds % ROUNDS_PER_SYNC === 0) await this.#syncAccounts();
      this.#rounds += 1;
    });
  }

  async #readMap(): Promise<void> {
    const map = await readCellMap(this.#control, this.#map.version);
    if (map === undefined) return;
    this.#map = map;
    await saveMap(this.#db, map);
    if (!map.cells.some(({ name }) => name === this.#name))
      this.#log.warn(
        { event: 'cell.unknown', cell: this.#name },
        'this cell is not registered; run batchline cell add',
      );
  }

  async #syncAccounts(): Promise<void> {
    const { sent, received, conflicts } = await syncAccounts(this.#db, this.#control);
    this.#reportConflicts(conflicts);
    if (sent + received > 0)
      this.#log.info({ event: 'cell.accounts_synchronized', sent, received }, 'synchronized shared accounts');
  }

  /** Logs each login once while two cells have different associates with it. */
  #reportConflicts(logins: readonly string[]): void {
    for (const login of logins.filter((one) => !this.#conflicts.has(one)))
      this.#log.warn(
        { event: 'cell.account_conflict', login },
        'another associate of this cell has the login of a shared one; delete one of them',
      );
    this.#conflicts = new Set(logins);
  }

  /** Calls the control database. While it is unreachable, logs once. */
  async #reach(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.#isAway) this.#log.info({ event: 'cell.control_back' }, 'control database is reachable again');
      this.#isAway = false;
    } catch (error) {
      if (!isConnectionError(error)) throw error;
      if (!this.#isAway)
        this.#log.warn(
          { event: 'cell.control_unreachable', err: error },
          'control database unreachable; using the last known cells',
        );
      this.#isAway = true;
    }
  }
}

/** The refusal of a change of a tenant that moves. */
export function moving(tenant: string): RequestError {
  return unavailable(
    message`DatabaseSerialNumber "${tenant}" is moving to another cell; nothing has changed. Try again in a moment.`,
    RETRY_SECONDS,
  );
}
