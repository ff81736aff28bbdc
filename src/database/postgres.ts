import pg from 'pg';
import type { ConnectionPool, PooledConnection, RawResult } from './database.js';
import { DatabaseUnavailable, driverError } from './database-unavailable.js';
import { openPostgresSession } from './postgres-session.js';
import { cellTypes } from './values.js';

const CONNECT_TIMEOUT_MS = 5_000;
const CONNECTIONS_MAX = 10;

/** Connections to the PostgreSQL of a URL, in UTC. */
export function postgresPool(url: string): ConnectionPool {
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
  const connections = new WeakMap<pg.PoolClient, PooledConnection>();

  return {
    options: {},
    end: () => pool.end(),
    openSession: (options) => openPostgresSession(url, options),
    async connect() {
      const client = await pool.connect().catch((error: unknown) => Promise.reject(asError(error)));
      let connection = connections.get(client);
      if (!connection) {
        connection = connectionOver(client);
        connections.set(client, connection);
        try {
          await connection.query(`set time zone 'UTC'`, []);
        } catch (error) {
          connection.release(true);
          throw error;
        }
      }
      return connection;
    },
  };
}

/** The same object for the same client: Kysely tells connections apart by identity. */
function connectionOver(client: pg.PoolClient): PooledConnection {
  let broken = false;
  // Emitted besides the rejection of the query under way when the server goes.
  client.on('error', () => {
    broken = true;
  });
  return {
    async query(sql, parameters) {
      try {
        return (await client.query(sql, [...parameters])) as RawResult;
      } catch (error) {
        const told = asError(error);
        broken ||= told instanceof DatabaseUnavailable;
        throw told;
      }
    },
    release: (discard) => client.release(discard === true || broken),
  };
}

function asError(error: unknown): Error {
  const told = driverError(error);
  return told instanceof Error ? told : new Error(String(told));
}
