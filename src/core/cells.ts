/** A cell: a whole installation, with its own schema and processes, that has some of the tenants. */
export interface Cell {
  readonly name: string;
  /** Base URL of its API, without a trailing slash. */
  readonly endpoint: string;
  /** True for the cell of tenants that are not placed. Exactly one cell is the default. */
  readonly isDefault: boolean;
}

/** Where a tenant is. */
export interface Placement {
  /** As written when it was placed. */
  readonly tenant: string;
  readonly cell: string;
  /** True while it moves to another cell: its data can't change. */
  readonly isMoving: boolean;
}

/** The cells, and the tenants that are placed. */
export interface CellMap {
  /** Incremented by each change. */
  readonly version: number;
  readonly cells: readonly Cell[];
  readonly placements: readonly Placement[];
  /** The key by which cells sign the callers that they vouch for; undefined before the control database has one. */
  readonly secret?: string | undefined;
}

/** Maximum number of cells. Ids of 64 bits differ by it, so that those of two cells are never the same. */
export const MAX_CELLS = 64;
/** Default number of 32-bit ids of a cell: room for 15 cells. */
export const DEFAULT_CELL_IDS = 2 ** 27;

/** The end of a sentence about a wrong name. */
export const CELL_NAME_RULE =
  'a name of at most 39 lower-case letters, digits and hyphens that begins with a letter is accepted.';

/** Returns true if a cell can have this name. */
export function isCellName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,38}$/.test(name);
}

/** The key of a tenant. Customers in addresses are case-insensitive (contract, first section). */
export function tenantKey(tenant: string): string {
  return tenant.toLowerCase();
}

/** Returns where a tenant is; `undefined` if there are no cells. */
export function placeOf(map: CellMap, tenant: string): Placement | undefined {
  const key = tenantKey(tenant);
  const placed = map.placements.find((one) => tenantKey(one.tenant) === key);
  const cell = placed?.cell ?? map.cells.find(({ isDefault }) => isDefault)?.name;
  return cell === undefined ? undefined : (placed ?? { tenant, cell, isMoving: false });
}

/** The identifiers that a cell may assign, so that no two cells assign the same. */
export interface CellIds {
  /** The residue of its 64-bit ids modulo `MAX_CELLS`. */
  readonly slot: number;
  /** Range of its 32-bit ids, inclusive. */
  readonly first: number;
  readonly last: number;
}
