import { Socket } from 'node:net';
import pg from 'pg';
import type { RawResult, Session, SessionOptions } from './database.js';
import { DatabaseUnavailable, driverError } from './database-unavailable.js';
import { cellTypes } from './values.js';

const CONNECT_TIMEOUT_MS = 3_000;
const KEEP_ALIVE_AFTER_MS = 2_000;

/**
 * Opens a connection to the PostgreSQL of a URL that belongs to one piece of work alone; it must lead to the server
 * itself, or through a pooler that keeps sessions apart. Wants PostgreSQL 14, the first that ends idle sessions.
 *
 * @throws DatabaseUnavailable
 */
export async function openPostgresSession(
  url: string,
  { idleMsMax, answerMsMax }: SessionOptions,
): Promise<Session> {
  // Our own socket, so that a connection that nobody answers on can be cut off.
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: url,
    stream: () => socket,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    application_name: 'arledger session',
    types: cellTypes,
  });
  const ended = new AbortController();
  client.on('error', () => ended.abort());
  client.on('end', () => ended.abort());

  const query: Session['query'] = async (sql, parameters = []) => {
    const timer = setTimeout(() => {
      ended.abort();
      socket.destroy(new DatabaseUnavailable(`the database gave no answer within ${answerMsMax / 1000} s`));
    }, answerMsMax);
    try {
      return (await client.query(sql, [...parameters])) as RawResult;
    } catch (error) {
      throw driverError(error);
    } finally {
      clearTimeout(timer);
    }
  };
  const close = async (): Promise<void> => {
    ended.abort();
    const timer = setTimeout(() => socket.destroy(), answerMsMax);
    // A connection that is lost already has nothing to be told.
    await client.end().catch(() => undefined);
    clearTimeout(timer);
    socket.destroy();
  };

  try {
    await client.connect();
    await query(`select set_config('idle_session_timeout', $1, false)`, [`${idleMsMax}ms`]);
  } catch (error) {
    await close();
    throw driverError(error);
  }
  return { ended: ended.signal, query, close };
}
