import { expect, test } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openDocuments } from '../../../src/composition-documents.js';
import { readConfig } from '../../../src/config.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import { rebuild } from '../../../src/read-models/projector/rebuild.js';
import { appendForeign } from '../../commands/accounts-on-a-log.js';
import { readModels } from '../../read-models/projector/read-models.js';
import { onEachDatabase, onPostgres } from '../../support/database.js';
import { inNewFolder } from '../../support/event-store-folder.js';
import { bytesOf, contentOf, cut } from './contract.js';

const BYTES = bytesOf(300_000);

onEachDatabase('received files', (fresh, driver) => {
  test('lie where the configuration says, and a rebuild leaves them alone', async () => {
    const { database, url } = await fresh();
    await inNewFolder(async (folder) => {
      const config = readConfig({ ARLEDGER_DATA: folder, ...(url === '' ? {} : { DATABASE_URL: url }) });
      const documents = await openDocuments(config, database);
      const { sha256 } = await documents.keep(cut(BYTES, [300_000]));
      const inFolder = driver === 'PGlite';
      expect(existsSync(join(folder, 'documents', sha256))).toBe(inFolder);
      const schemas = sql<{ found: boolean }>`
        select to_regclass('ledger_documents.documents') is not null as found`;
      expect((await schemas.execute(database)).rows).toEqual([{ found: !inFolder }]);
      const store = await openEmbeddedStore({ folder });
      try {
        await appendForeign(store, 'account-A1', {
          id: '1d0ba9ce-1f7c-4f4f-a3ef-1b0d55ab3f4f',
          type: 'AccountOpened',
          data: { accountId: 'A1', openedOn: '2026-01-01', currency: 'USD', entity: 'main' },
        });
        const models = readModels(database, store);
        await models.projector.catchUp();
        await rebuild(models);
      } finally {
        await store.close();
      }
      const again = await openDocuments(config, database);
      expect((await contentOf(again, sha256))!.equals(BYTES)).toBe(true);
      expect(readdirSync(folder).includes('documents')).toBe(inFolder);
    });
  });
});

onPostgres('a schema of received files', (fresh) => {
  test('without the rights for it is told when the database is opened', async () => {
    const { url, database } = await fresh();
    const name = new URL(url).pathname.slice(1);
    const role = `${name}_weak`;
    const weak = new URL(url);
    weak.username = role;
    await sql`create role ${sql.id(role)} login`.execute(database);
    try {
      await sql`grant create on database ${sql.id(name)} to ${sql.id(role)}`.execute(database);
      await sql`create schema ledger_documents`.execute(database);
      await expect(openDatabase({ url: weak.href, folder: '' })).rejects.toMatchObject({
        name: 'DatabaseUnavailable',
        message: expect.stringMatching(/^permission denied: .+ on the schemas ledger_documents$/) as unknown,
      });
    } finally {
      await sql`drop owned by ${sql.id(role)}`.execute(database);
      await sql`drop role ${sql.id(role)}`.execute(database);
    }
  });
});
