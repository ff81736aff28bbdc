import { sql } from 'kysely';
import type { Database, Queryable } from '../../database/database.js';
import { DatabaseUnavailable, sqlStateOf } from '../../database/database-unavailable.js';
import { lockSchemas } from '../../database/lock-schemas.js';
import { Tally, inPieces, proved } from './bytes.js';
import {
  type DocumentStore,
  DocumentUnreadable,
  DocumentsUnavailable,
  type KeptDocument,
  isSha256,
} from './document-store.js';

/** What nobody has added to for so long was left by a killed run. */
const UNFINISHED_MAX = '1 hour';
const FOREIGN_KEY_VIOLATION = '23503';
const UNIQUE_VIOLATION = '23505';

/**
 * Documents in schema `ledger_documents` of a PostgreSQL: there, all processes that share the ledger have them. The
 * schema is made when it is not there, and what killed runs left unfinished is removed.
 *
 * @throws DocumentsUnavailable
 */
export async function openDatabaseDocuments(database: Database): Promise<DocumentStore> {
  await inDatabase(() =>
    database.transaction().execute(async (tx) => {
      if (!(await isThere(tx))) {
        await lockSchemas(tx);
        for (const statement of SCHEMA) await sql.raw(statement).execute(tx);
      }
      await removeLeftovers(tx);
    }),
  );
  return new DatabaseDocuments(database);
}

/**
 * A document is written piece by piece, each by itself, and is one from when its hash is set: until then it has none, is
 * found by nobody, and no transaction stays open while its source is slow.
 */
const SCHEMA = [
  'create schema if not exists ledger_documents',
  `create table if not exists ledger_documents.documents (
     document bigint generated always as identity primary key,
     sha256 text unique check (sha256 ~ '^[0-9a-f]{64}$'),
     bytes bigint,
     kept_at timestamptz not null default now(),
     check ((sha256 is null) = (bytes is null))
   )`,
  `create table if not exists ledger_documents.chunks (
     document bigint not null references ledger_documents.documents on delete cascade,
     n integer not null,
     data bytea not null,
     primary key (document, n)
   )`,
];

async function isThere(db: Queryable): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select to_regclass('ledger_documents.chunks') is not null as found`.execute(db);
  return rows[0]!.found;
}

/** An hour is kept to by the database's clock alone: that of this process may differ. */
async function removeLeftovers(db: Queryable): Promise<void> {
  await sql`
    delete from ledger_documents.documents
    where sha256 is null and kept_at < now() - ${UNFINISHED_MAX}::interval`.execute(db);
}

class DatabaseDocuments implements DocumentStore {
  constructor(private readonly database: Database) {}

  async keep(source: AsyncIterable<Uint8Array>): Promise<KeptDocument> {
    await inDatabase(() => removeLeftovers(this.database));
    const document = await inDatabase(() => this.#begin());
    try {
      const tally = new Tally();
      let n = 0;
      for await (const piece of inPieces(source)) {
        tally.add(piece);
        await inDatabase(() => this.#add(document, n, piece));
        n += 1;
      }
      const kept = tally.total();
      await inDatabase(() => this.#finish(document, kept));
      return kept;
    } catch (error) {
      // Should that fail too, it is removed when it has stood still for long enough.
      await this.#remove(document).catch(() => undefined);
      throw error;
    }
  }

  async open(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    if (!isSha256(sha256)) return undefined;
    const document = await inDatabase(() => this.#find(sha256));
    return document && proved(sha256, this.#read(document, sha256));
  }

  async erase(sha256: string): Promise<boolean> {
    if (!isSha256(sha256)) return false;
    const { numAffectedRows } = await inDatabase(() =>
      sql`delete from ledger_documents.documents where sha256 = ${sha256}`.execute(this.database),
    );
    return numAffectedRows === 1n;
  }

  async #begin(): Promise<string> {
    const { rows } = await sql<{ document: string }>`
      insert into ledger_documents.documents default values returning document`.execute(this.database);
    return rows[0]!.document;
  }

  /** As base64, since both drivers take texts. */
  async #add(document: string, n: number, piece: Uint8Array): Promise<void> {
    await sql`
      with touched as (
        update ledger_documents.documents set kept_at = now() where document = ${document}
      )
      insert into ledger_documents.chunks (document, n, data)
      values (${document}, ${n}, decode(${Buffer.from(piece).toString('base64')}, 'base64'))`.execute(
      this.database,
    );
  }

  async #finish(document: string, { sha256, bytes }: KeptDocument): Promise<void> {
    try {
      const { numAffectedRows } = await sql`
        update ledger_documents.documents set sha256 = ${sha256}, bytes = ${bytes}, kept_at = now()
        where document = ${document}`.execute(this.database);
      if (numAffectedRows !== 1n) throw stoodStill();
    } catch (error) {
      if (sqlStateOf(error) !== UNIQUE_VIOLATION) throw error;
      // The same content is there already.
      await this.#remove(document);
    }
  }

  /** Never one that is whole: somebody may have been told meanwhile that this content is kept. */
  async #remove(document: string): Promise<void> {
    await sql`
      delete from ledger_documents.documents where document = ${document} and sha256 is null`.execute(
      this.database,
    );
  }

  async #find(sha256: string): Promise<{ id: string; bytes: number } | undefined> {
    const { rows } = await sql<{ id: string; bytes: string }>`
      select document as id, bytes from ledger_documents.documents where sha256 = ${sha256}`.execute(
      this.database,
    );
    return rows[0] && { id: rows[0].id, bytes: Number(rows[0].bytes) };
  }

  async *#read({ id, bytes }: { id: string; bytes: number }, sha256: string): AsyncGenerator<Uint8Array> {
    let read = 0;
    for (let n = 0; read < bytes; n += 1) {
      const { rows } = await inDatabase(() =>
        sql<{ data: Buffer }>`
          select data from ledger_documents.chunks where document = ${id} and n = ${n}`.execute(
          this.database,
        ),
      );
      const data = rows[0]?.data;
      if (!data) throw new DocumentUnreadable(sha256);
      read += data.byteLength;
      yield data;
    }
  }
}

/** Does something in the database; whatever keeps it from that is told as the document store's. */
async function inDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw new DocumentsUnavailable(error.message, { cause: error });
    if (sqlStateOf(error) === FOREIGN_KEY_VIOLATION) throw stoodStill(error);
    throw error;
  }
}

function stoodStill(cause?: unknown): DocumentsUnavailable {
  return new DocumentsUnavailable(
    `the document stood still for more than ${UNFINISHED_MAX} while it came, and what there was of it was removed`,
    { cause },
  );
}
