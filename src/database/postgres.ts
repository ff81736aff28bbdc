import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { isCopy } from './copy-rows.js';
import type { ConnectionPool, PooledConnection, RawResult } from './database.js';
import { DatabaseUnavailable, connectionError, driverError } from './database-unavailable.js';
import { openPostgresSession } from './postgres-session.js';
import { type Line, SilentConnections, type Watched } from './silent-connections.js';
import { cellTypes } from './values.js';

const CONNECT_TIMEOUT_MS = 5_000;
const CONNECTIONS_MAX = 10;

/** Connections to the PostgreSQL of a URL, in UTC. */
export function postgresPool(url: string, silentAfterMs?: number): ConnectionPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'arledger',
    types: cellTypes,
  });
  // An idle connection that the server drops is replaced by the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  const silent = new SilentConnections(url, silentAfterMs);
  const connections = new WeakMap<pg.PoolClient, PooledConnection>();
  const open = new Set<pg.PoolClient>();
  pool.on('connect', (client) => {
    // The server may send it away in the same breath as it lets it in, before whoever asked for it listens.
    client.on('error', () => undefined);
    open.add(client);
  });
  pool.on('remove', (client) => open.delete(client));

  return {
    options: {},
    async end() {
      await pool.end();
      // They have said goodbye; over a connection that is silent, no answer to that would come.
      for (const client of open) socketOf(client).unref();
    },
    openSession: (options) => openPostgresSession(url, options),
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw connectionError(error, url);
      });
      const known = connections.get(client);
      if (known) return known;
      const watched: Watched = { pid: undefined, socket: () => socketOf(client) };
      const connection = connectionOver(client, (query) => silent.watch(watched, query));
      connections.set(client, connection);
      try {
        const { rows } = await connection.query(
          // To compile a report's SQL takes longer than to run it.
          `select set_config('TimeZone', 'UTC', false), set_config('jit', 'off', false), pg_backend_pid() as pid`,
          [],
        );
        watched.pid = Number(rows[0]!['pid']);
      } catch (error) {
        connection.release(true);
        throw error;
      }
      return connection;
    },
  };
}

/** Over TLS it is another one than the connection began with. */
function socketOf(client: pg.PoolClient): Line {
  return (client as pg.PoolClient & Pick<pg.Client, 'connection'>).connection.stream as Line;
}

/** The same object for the same client: Kysely tells connections apart by identity. */
function connectionOver(
  client: pg.PoolClient,
  watch: <T>(query: () => Promise<T>) => Promise<T>,
): PooledConnection {
  let broken = false;
  // Emitted besides the rejection of the query under way when the server goes.
  client.on('error', () => {
    broken = true;
  });
  return {
    async query(sql, parameters) {
      try {
        const query = () =>
          isCopy(sql) ? copyIn(client, sql, parameters) : client.query(sql, [...parameters]);
        return (await watch<unknown>(query)) as RawResult;
      } catch (error) {
        const told = asError(error);
        broken ||= told instanceof DatabaseUnavailable;
        throw told;
      }
    },
    release: (discard) => client.release(discard === true || broken),
  };
}

function copyIn(client: pg.PoolClient, sql: string, [rows]: readonly unknown[]): Promise<RawResult> {
  const stream = client.query(copyFrom(sql));
  return new Promise((resolve, reject) => {
    stream.on('finish', () => resolve({ command: 'COPY', rowCount: stream.rowCount, rows: [] }));
    stream.on('error', (error) => {
      reject(error);
      // It does not stop by itself, and would go on to write to a connection that it has let go of.
      stream.destroy();
    });
    stream.end(rows);
  });
}

function asError(error: unknown): Error {
  const told = driverError(error);
  return told instanceof Error ? told : new Error(String(told));
}
