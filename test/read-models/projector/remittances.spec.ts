import { expect, it } from '@jest/globals';
import { projections } from '../../../projections/all.js';
import { accountStream, encode } from '../../../src/event-store/codec.js';
import { isOfAccount } from '../../../src/ledger/recorded-event.js';
import { rebuild } from '../../../src/read-models/projector/rebuild.js';
import { verify } from '../../../src/read-models/projector/verify.js';
import { onEachDatabase } from '../../support/database.js';
import { remittanceLog } from '../../support/remittance-log.js';
import { LogInMemory } from './log-in-memory.js';
import { readModels } from './read-models.js';
import { differences, foldTables, readTables } from './read-tables.js';

const { events } = remittanceLog();

function logOfAll(): LogInMemory {
  const log = new LogInMemory();
  for (const recorded of events) {
    const { type, data } = encode(recorded.event);
    const stream = isOfAccount(recorded) ? accountStream(recorded.accountId) : recorded.stream;
    const { revision, recordedAt } = recorded;
    log.put({ stream, revision, type, data, metadata: { recordedAt } });
  }
  return log;
}

onEachDatabase('remittances, by the projector', (fresh) => {
  it.each([1, 2, 7, 500])('are written as the folds say, in batches of %d', async (batchSize) => {
    const { database } = await fresh();
    const { projector } = readModels(database, logOfAll(), { batchSize });
    await projector.catchUp();
    expect(differences(await readTables(database, projections), foldTables(projections, events))).toEqual([]);
    expect((await projector.status()).deadLetters).toBe(0);
  });

  it('come out the same of a rebuild, and nothing contradicts them', async () => {
    const { database } = await fresh();
    const models = readModels(database, logOfAll());
    await models.projector.catchUp();
    const rebuilt = await rebuild(models);
    expect(rebuilt.map(({ projection, differences: found }) => [projection, found])).toEqual(
      projections.map(({ name }) => [name, []]),
    );
    expect(await verify(models)).toEqual([]);
  });
});
