import { pino } from 'pino';
import { MemorySnapshots } from '../../../src/commands/snapshots.js';
import { Accounts } from '../../../src/commands/transact.js';
import { decodeAny } from '../../../src/event-store/codec.js';
import { type EventStore, StoreUnavailable } from '../../../src/event-store/event-store.js';
import { Random } from '../../../src/generator/random.js';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import { RemittanceImport } from '../../../src/remittances/posting/remittance-import.js';
import { StreamWriter } from '../../../src/remittances/posting/stream-writer.js';
import { type ActualLedger, ActualSums } from './actual-ledger.js';
import { DocumentsInMemory, inPieces } from '../documents-in-memory.js';
import { ReadModelsOfLog } from '../read-models-of-log.js';
import { type KnownFile, arrivals } from './files.js';
import { KillingStore } from './killing-store.js';

const NOW = '2027-01-01T10:00:00.000Z';
const OPTIONS = { createAccounts: false, sender: { actor: 'test' } };

/** One process: its accounts and its import, with nothing of the processes before it. */
interface Process {
  accounts: Accounts;
  remittances: RemittanceImport;
}

/** What processes leave to those after them, beside the log. */
interface Left {
  documents: DocumentsInMemory;
  readModels: ReadModelsOfLog;
}

function processOn(store: EventStore, { documents, readModels }: Left): Process {
  const clock = { now: () => new Date(NOW) };
  const timeZone = 'UTC';
  const log = pino({ level: 'silent' });
  const accounts = new Accounts({ store, clock, timeZone, snapshots: new MemorySnapshots(), log });
  const remittances = new RemittanceImport({
    store,
    writer: new StreamWriter({ store, clock }),
    accounts,
    documents,
    directory: readModels,
    unfinished: readModels,
    clock,
    timeZone,
  });
  return { accounts, remittances };
}

/** What happened while files were imported. */
export interface Importing {
  kills: number;
  /** Outcomes of the STs of a last import of every file, when everything had been imported. */
  outcomesOfLast: string[];
  /** Whether that last import left the log as it was. */
  lastAppendedNothing: boolean;
}

/**
 * Opens the accounts, and imports the files in an order of their own, each by a new process; some are killed, at any
 * append. What a killed one left is gone on with later: by importing the file again, or by resuming.
 */
export async function importInSomeOrder(
  store: EventStore,
  known: { commands: readonly AccountCommand[]; files: readonly KnownFile[] },
  { seed, killPermille }: { seed: number; killPermille: number },
): Promise<Importing> {
  const random = new Random(seed, 0x1a);
  const left: Left = {
    documents: new DocumentsInMemory(),
    readModels: new ReadModelsOfLog(store),
  };
  const { accounts } = processOn(store, left);
  for (const command of known.commands) await accounts.transact(command);
  const files = arrivals(known.files, seed);
  let kills = 0;
  for (let file = files.shift(); file; file = files.shift()) {
    const appends = random.permille(killPermille) ? random.between(0, 20) : undefined;
    const { remittances } = processOn(new KillingStore(store, appends, random), left);
    try {
      if (random.permille(killPermille / 4)) await remittances.resume(OPTIONS);
      await remittances.importFile(inPieces(Buffer.from(file.text)), OPTIONS);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      kills += 1;
      files.splice(random.between(0, files.length), 0, file);
    }
  }
  const before = await store.head();
  const { remittances } = processOn(store, left);
  const outcomesOfLast: string[] = [];
  for (const { text } of known.files) {
    const summary = await remittances.importFile(inPieces(Buffer.from(text)), OPTIONS);
    outcomesOfLast.push(...summary.remittances.map(({ outcome }) => outcome));
  }
  return { kills, outcomesOfLast, lastAppendedNothing: before === (await store.head()) };
}

/** What a log comes to, and all of its text. */
export async function ledgerIn(store: EventStore): Promise<{ ledger: ActualLedger; text: string }> {
  const sums = new ActualSums();
  const text: string[] = [];
  for await (const stored of store.readAll()) {
    text.push(JSON.stringify(stored));
    const recorded = decodeAny(stored);
    if ('accountId' in recorded) sums.takeOf(recorded.accountId, recorded.event);
    else sums.takeBeside(recorded.event);
  }
  return { ledger: sums.ledger(), text: text.join('\n') };
}
