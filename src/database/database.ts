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
  /** Left out where one process alone can have the database. */
  openSession?(options: SessionOptions): Promise<Session>;
}

export interface PooledConnection {
  /** A `copy … from stdin` has the text of its rows as its one parameter, see `copyRows`. */
  query(sql: string, parameters: readonly unknown[]): Promise<RawResult>;
  release(discard?: boolean): void;
}

/** What a query answered, with its cells as `values.ts` reads them. */
export interface RawResult {
  command: string;
  rowCount: number;
  rows: Record<string, unknown>[];
}

/** A connection outside the pool, for what the server keeps as long as its session: a lock that ends with its holder. */
export interface Session {
  /** Aborted when the connection is lost or was closed. */
  readonly ended: AbortSignal;
  /** @throws DatabaseUnavailable when the connection is lost, also because no answer came in time */
  query(sql: string, parameters?: readonly unknown[]): Promise<RawResult>;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** The server ends the session when nothing was asked for so long. */
  idleMsMax: number;
  /** This end gives the session up when an answer takes longer. */
  answerMsMax: number;
}

/**
 * The database of the read models, PostgreSQL or PGlite: the same SQL and the same values on both. Numeric, bigint and
 * date come as text, timestamptz as an instant in ISO 8601 UTC with milliseconds.
 *
 * Any query throws {@link DatabaseUnavailable} when the database is away, full or too slow.
 */
export class Database extends Kysely<Tables> {
  readonly #pool: ConnectionPool;

  constructor(pool: ConnectionPool) {
    super({ dialect: new PostgresDialect({ pool: pool as never }) });
    this.#pool = pool;
  }

  /** Whether other processes can use it at the same time. */
  get isShared(): boolean {
    return this.#pool.openSession !== undefined;
  }

  /** Opens a session of one's own; only where the database is shared. */
  openSession(options: SessionOptions): Promise<Session> {
    if (!this.#pool.openSession) throw new TypeError('an embedded database has no sessions');
    return this.#pool.openSession(options);
  }

  /** Ends all connections, after the queries that are under way. */
  async close(): Promise<void> {
    await this.destroy();
  }
}
