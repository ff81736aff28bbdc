import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { DatabaseUnavailable } from '../../src/database/database-unavailable.js';
import { openDatabase } from '../../src/database/open-database.js';
import { onPostgres } from '../support/database.js';

async function opening(url: string): Promise<string> {
  const database = await openDatabase({ url, folder: '' }).catch((error: unknown) => error as Error);
  if (!(database instanceof Error)) {
    await database.close();
    return 'opened';
  }
  expect(database).toBeInstanceOf(DatabaseUnavailable);
  return database.message;
}

function changed(url: string, change: (url: URL) => void): string {
  const other = new URL(url);
  change(other);
  return other.href;
}

it('what answers but speaks no PostgreSQL is told as such, by its host and port only', async () => {
  const server = createServer((socket) =>
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n').on('error', () => undefined),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  try {
    expect(await opening(`postgres://nobody:secret@127.0.0.1:${port}/none`)).toBe(
      `the database at 127.0.0.1:${port} cannot be reached (what answers there closed the connection; is it a PostgreSQL?)`,
    );
  } finally {
    server.close();
  }
});

it('a misspelt sslmode is told', async () => {
  expect(await opening('postgres://nobody:secret@127.0.0.1:1/none?sslmode=bogus')).toMatch(
    /^sslmode in DATABASE_URL must be one of disable, [a-z, -]+$/,
  );
});

onPostgres('a database that cannot be written', (fresh) => {
  it('is told when it is opened: for want of a right, read-only, or closed to all', async () => {
    const { url, database } = await fresh();
    const name = sql.id(new URL(url).pathname.slice(1));
    const role = `${new URL(url).pathname.slice(1)}_weak`;
    const weak = changed(url, (other) => {
      other.username = role;
    });
    await sql`create role ${sql.id(role)} login`.execute(database);
    try {
      expect(await opening(weak)).toMatch(/^permission denied: .+ needs the right CREATE on its database/);
      await sql`grant create on database ${name} to ${sql.id(role)}`.execute(database);
      expect(await opening(weak)).toBe('opened');
      await sql`create schema ledger_internal`.execute(database);
      expect(await opening(weak)).toMatch(/^permission denied: .+ on the schemas ledger_internal$/);
      await sql`alter role ${sql.id(role)} set default_transaction_read_only = on`.execute(database);
      expect(await opening(weak)).toMatch(/ is read-only, or a standby/);
      const closed = new URL((await fresh()).url);
      await sql`alter database ${sql.id(closed.pathname.slice(1))} allow_connections false`.execute(database);
      expect(await opening(closed.href)).toBe(
        'the database named in DATABASE_URL accepts no connections (55000)',
      );
    } finally {
      await sql`drop owned by ${sql.id(role)}`.execute(database);
      await sql`drop role ${sql.id(role)}`.execute(database);
    }
  });
});
