import { Kysely, PostgresDialect, type Transaction } from 'kysely';

/** Injection token of the database of the read models. */
export const DATABASE = Symbol('Database');

/** Tables by their full name, with columns of any kind: what a query answers is typed where it is written. */
export type Tables = Record<string, Record<string, unknown>>;

/** A database, a connection of it, or a transaction: whatever a query can be sent to. */
export type Queryable = Kysely<Tables>;

/** A transaction; with PGlite nothing else runs until it ends, so it is kept short. */
export type DatabaseTransaction = Transaction<Tables>;

/** The one thing both drivers must bring: connections that run one query at a time. */
export interface ConnectionPool {
  connect(): Promise<PooledConnection>;
  end(): Promise<void>;
  readonly options: object;
}

export interface PooledConnection {
  query(sql: string, parameters: readonly unknown[]): Promise<RawResult>;
  release(discard?: boolean): void;
}

/** What a query answered, with its cells as `values.ts` reads them. */
export interface RawResult {
  command: string;
  rowCount: number;
  rows: Record<string, unknown>[];
}

/**
 * The database of the read models, PostgreSQL or PGlite: the same SQL and the same values on both. Numeric, bigint and
 * date come as text, timestamptz as an instant in ISO 8601 UTC with milliseconds.
 *
 * Any query throws {@link DatabaseUnavailable} when the database is away, full or too slow.
 */
export class Database extends Kysely<Tables> {
  constructor(pool: ConnectionPool) {
    super({ dialect: new PostgresDialect({ pool: pool as never }) });
  }

  /** Ends all connections, after the queries that are under way. */
  async close(): Promise<void> {
    await this.destroy();
  }
}
