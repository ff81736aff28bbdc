import { expect, test } from '@jest/globals';
import { EventLogDamaged } from '../../src/event-store/event-store.js';
import { StreamWriter } from '../../src/remittances/posting/stream-writer.js';
import { Remittances } from '../../src/remittances/remittances.js';
import { NOW, appendForeign, onALog } from '../commands/accounts-on-a-log.js';
import { ReadModelsOfLog } from '../support/read-models-of-log.js';
import { ImportingProcess } from './posting/import-on-a-log.js';

const ID = '0123456789abcdef0123456789abcdef';

test('the text of a claim is not looked for where an event of its remittance cannot be read, which is told', () =>
  onALog(async (store) => {
    const id = '00000000-0000-4000-8000-000000000001';
    await appendForeign(store, `remittance-${ID}`, { id, type: 'RemittanceMangled', data: {} });
    const { imports, documents } = new ImportingProcess(store);
    const readModels = new ReadModelsOfLog(store);
    const remittances = new Remittances({
      store,
      writer: new StreamWriter({ store, clock: { now: () => new Date(NOW) } }),
      documents,
      directory: readModels,
      unfinished: readModels,
      importing: imports,
      rehearse: () => Promise.reject(new Error('nothing is rehearsed here')),
    });
    await expect(remittances.textOf(ID, 1)).rejects.toBeInstanceOf(EventLogDamaged);
  }));
