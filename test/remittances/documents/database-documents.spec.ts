import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../../src/database/database.js';
import { DatabaseUnavailable } from '../../../src/database/database-unavailable.js';
import { openDatabaseDocuments } from '../../../src/remittances/documents/database-documents.js';
import { onEachDatabase } from '../../support/database.js';
import { FaultyConnections } from '../../support/database-faults.js';
import { bytesOf, contentOf, cut, documentStoreContract, sha256Of } from './contract.js';

onEachDatabase('documents in a database', (fresh) => {
  documentStoreContract(async () => openDatabaseDocuments((await fresh()).database));

  test('are seen by every process, and kept once by those that keep the same at once', async () => {
    const { database, another } = await fresh();
    const stores = [await openDatabaseDocuments(database), await openDatabaseDocuments(another())];
    const bytes = bytesOf(1_000_000);
    const kept = await Promise.all(stores.map((store) => store.keep(cut(bytes, [1_000_000]))));
    expect(kept[0]).toEqual(kept[1]);
    for (const store of stores) expect((await contentOf(store, kept[0]!.sha256))!.equals(bytes)).toBe(true);
    expect(await rowsIn(database)).toEqual({ documents: 1, unfinished: 0, chunks: 4 });
    await stores[1]!.erase(kept[0]!.sha256);
    expect(await rowsIn(database)).toEqual({ documents: 0, unfinished: 0, chunks: 0 });
  });

  test('leave nothing of a source that failed', async () => {
    const { database } = await fresh();
    const store = await openDatabaseDocuments(database);
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* cut(bytesOf(1_000_000), [1_000_000]);
      throw new Error('gone');
    }
    await expect(store.keep(failing())).rejects.toThrow('gone');
    expect(await rowsIn(database)).toEqual({ documents: 0, unfinished: 0, chunks: 0 });
  });

  test('that a killed run left unfinished are found by nobody, and removed when they have stood for an hour', async () => {
    const { database } = await fresh();
    const store = await openDatabaseDocuments(database);
    for (const age of ['59 minutes', '61 minutes']) {
      await sql`
        with begun as (
          insert into ledger_documents.documents (kept_at) values (now() - ${age}::interval) returning document
        )
        insert into ledger_documents.chunks select document, 0, 'half' from begun`.execute(database);
    }
    expect(await rowsIn(database)).toEqual({ documents: 2, unfinished: 2, chunks: 2 });
    expect(await store.open(sha256Of(Buffer.from('half')))).toBeUndefined();
    await store.keep(cut(bytesOf(1), [1]));
    expect(await rowsIn(database)).toEqual({ documents: 2, unfinished: 1, chunks: 2 });
    await sql`update ledger_documents.documents set kept_at = now() - interval '2 hours'`.execute(database);
    await openDatabaseDocuments(database);
    expect(await rowsIn(database)).toEqual({ documents: 1, unfinished: 0, chunks: 1 });
    expect((await contentOf(store, sha256Of(bytesOf(1))))!.equals(bytesOf(1))).toBe(true);
  });

  test('of which the beginning was removed while the rest did not come are refused', async () => {
    const { database } = await fresh();
    const store = await openDatabaseDocuments(database);
    for (const rest of [[600_000], []]) {
      async function* slow(): AsyncGenerator<Uint8Array> {
        yield* cut(bytesOf(600_000), [600_000]);
        await sql`delete from ledger_documents.documents`.execute(database);
        yield* cut(bytesOf(600_000), rest);
      }
      await expect(store.keep(slow())).rejects.toMatchObject({
        name: 'DocumentsUnavailable',
        message: expect.stringContaining('stood still for more than 1 hour') as unknown,
      });
    }
    expect(await rowsIn(database)).toEqual({ documents: 0, unfinished: 0, chunks: 0 });
  });

  test('that were changed in the database are told when they are read', async () => {
    const { database } = await fresh();
    const store = await openDatabaseDocuments(database);
    const { sha256 } = await store.keep(cut(bytesOf(600_000), [600_000]));
    await sql`update ledger_documents.chunks set data = set_byte(data, 5, 99) where n = 1`.execute(database);
    await expect(contentOf(store, sha256)).rejects.toMatchObject({ name: 'DocumentUnreadable' });
    await sql`delete from ledger_documents.chunks where n = 1`.execute(database);
    await expect(contentOf(store, sha256)).rejects.toMatchObject({ name: 'DocumentUnreadable' });
  });

  test('are whole or not there whenever the database goes away, and can be kept again', async () => {
    const { database, through } = await fresh();
    await openDatabaseDocuments(database);
    const faulty = new FaultyConnections();
    const store = await openDatabaseDocuments(through(faulty.over));
    const bytes = bytesOf(600_000);
    const sha256 = sha256Of(bytes);
    let refused = 0;
    for (const carriedOut of [false, true]) {
      for (let afterStatements = 0; ; afterStatements += 1) {
        faulty.failOnce({ afterStatements, carriedOut });
        const failures = faulty.failures;
        const kept = await store.keep(cut(bytes, [600_000])).catch((error: unknown) => error);
        const failed = faulty.failures > failures;
        if (failed) {
          refused += 1;
          expect(kept).toMatchObject({
            name: 'DocumentsUnavailable',
            cause: expect.any(DatabaseUnavailable),
          });
        }
        // What there is of it is whole, also to who has been told of nothing.
        const content = await contentOf(await openDatabaseDocuments(database), sha256);
        expect(content === undefined || content.equals(bytes)).toBe(true);
        faulty.failOnce({ afterStatements: Infinity, carriedOut });
        expect(await store.keep(cut(bytes, [600_000]))).toEqual({ sha256, bytes: 600_000 });
        expect((await contentOf(store, sha256))!.equals(bytes)).toBe(true);
        await store.erase(sha256);
        // Where the answer to its first statement was lost, an empty one waits for its hour.
        expect(await rowsIn(database)).toMatchObject({ chunks: 0 });
        await sql`delete from ledger_documents.documents where sha256 is null`.execute(database);
        expect(await rowsIn(database)).toMatchObject({ documents: 0 });
        if (!failed) break;
      }
    }
    // Leftovers, beginning, three pieces, end: each before and after it was carried out.
    expect(refused).toBe(12);
  });
});

async function rowsIn(database: Database): Promise<Record<string, number>> {
  const { rows } = await sql<Record<string, string>>`
    select (select count(*) from ledger_documents.documents) as documents,
      (select count(*) from ledger_documents.documents where sha256 is null) as unfinished,
      (select count(*) from ledger_documents.chunks) as chunks`.execute(database);
  return Object.fromEntries(Object.entries(rows[0]!).map(([name, count]) => [name, Number(count)]));
}
