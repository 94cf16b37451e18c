/** The kinds of database, as DATABASE_BACKEND names them. */
export const BACKEND_NAMES = ['pglite', 'postgres', 'citus'] as const;

/** A kind of database. The same SQL runs on all of them; Citus keeps our tables on its coordinator. */
export type BackendName = (typeof BACKEND_NAMES)[number];
