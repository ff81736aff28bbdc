import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { DatabaseUnavailable } from './database-unavailable.js';

/** A query that has waited for so long is looked into. */
const SILENT_AFTER_MS = 5_000;
const LOOK_TIMEOUT_MS = 5_000;
/** One look may fall between an answer that was sent and its arrival. */
const LOOKS_IN_VAIN_MAX = 2;

/** A socket, over TLS or not. */
export type Line = Duplex & Pick<Socket, 'bytesRead' | 'unref'>;

/** A connection of a pool, as far as it is watched. */
export interface Watched {
  /** Of the server's process at its other end; undefined until that has told. */
  pid: number | undefined;
  readonly socket: () => Line;
}

interface Waiting {
  readonly since: number;
  looksInVain: number;
  bytesRead: number;
}

/**
 * Cuts off connections on which no answer will ever come, because the network swallows what is sent over them or a
 * proxy has forgotten them: TCP would take a quarter of an hour to find out. A statement has no time limit. But where
 * the server, asked over another connection, is not at work on it while we still wait, the answer went nowhere; and a
 * server that lets nobody in is away.
 */
export class SilentConnections {
  readonly #url: string;
  readonly #silentAfterMs: number;
  readonly #waiting = new Map<Watched, Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(url: string, silentAfterMs = SILENT_AFTER_MS) {
    this.#url = url;
    this.#silentAfterMs = silentAfterMs;
  }

  /** Does the one query that is under way over a connection, which ends with DatabaseUnavailable when that is silent. */
  async watch<T>(connection: Watched, query: () => Promise<T>): Promise<T> {
    const { bytesRead } = connection.socket();
    this.#waiting.set(connection, { since: performance.now(), looksInVain: 0, bytesRead });
    this.#lookLater();
    try {
      return await query();
    } finally {
      this.#waiting.delete(connection);
    }
  }

  /** The sockets keep the process alive, not the timer. */
  #lookLater(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      void this.#look().finally(() => {
        this.#timer = undefined;
        if (this.#waiting.size > 0) this.#lookLater();
      });
    }, this.#silentAfterMs / 2).unref();
  }

  async #look(): Promise<void> {
    const before = performance.now() - this.#silentAfterMs;
    const suspects = [...this.#waiting].filter(([, { since }]) => since <= before);
    if (suspects.length === 0) return;
    const atWork = await this.#atWork(suspects.flatMap(([{ pid }]) => pid ?? []));
    if (atWork === 'unknown') return;
    for (const [connection, waiting] of suspects) {
      // Answered meanwhile; the next query over the same connection is another one.
      if (this.#waiting.get(connection) !== waiting) continue;
      const socket = connection.socket();
      const { bytesRead } = socket;
      const busy = connection.pid !== undefined && atWork.has(connection.pid);
      waiting.looksInVain = busy || bytesRead !== waiting.bytesRead ? 0 : waiting.looksInVain + 1;
      waiting.bytesRead = bytesRead;
      if (waiting.looksInVain < LOOKS_IN_VAIN_MAX) continue;
      socket.destroy(
        new DatabaseUnavailable(
          'the connection to the database is silent, and the server does not work for it',
        ),
      );
    }
  }

  /**
   * Which of the server's processes are at work; none where the server cannot be reached, unknown where it does not let
   * us look, for instance since it has no connection left.
   */
  async #atWork(pids: readonly number[]): Promise<Set<number> | 'unknown'> {
    let client: pg.Client | undefined;
    try {
      client = new pg.Client({
        connectionString: this.#url,
        connectionTimeoutMillis: LOOK_TIMEOUT_MS,
        query_timeout: LOOK_TIMEOUT_MS,
        application_name: 'arledger look',
      });
      // What happens to it is told by what is asked of it.
      client.on('error', () => undefined);
      await client.connect();
      // One that sends, or waits for the rest of a statement, is not at work: whether bytes arrive is known here.
      const { rows } = await client.query<{ pid: number }>(
        `select pid from pg_stat_activity
         where pid = any($1::int[]) and state not like 'idle%' and wait_event_type is distinct from 'Client'`,
        [pids],
      );
      return new Set(rows.map(({ pid }) => pid));
    } catch (error) {
      return error instanceof pg.DatabaseError ? 'unknown' : new Set();
    } finally {
      client?.connection.stream.destroy();
    }
  }
}
