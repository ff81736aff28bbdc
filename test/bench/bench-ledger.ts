import { createReadStream } from 'node:fs';
import { createLedger } from '../../src/app.module.js';
import { OpenLedger } from '../../src/command-line/open-ledger.js';
import { sendCommands } from '../../src/command-line/sending.js';
import { linesOf } from '../../src/commands/lines.js';
import { readConfig } from '../../src/config.js';

/** Where a ledger of a measure lies. */
export interface LedgerPlace {
  folder: string;
  /** Left out, PGlite in the folder. */
  databaseUrl?: string | undefined;
  /** Left out, the embedded log in the folder. */
  eventStoreUrl?: string | undefined;
}

/** Opens a ledger without HTTP for a piece of work, and closes it. */
export async function withLedger<T>(
  { folder, databaseUrl, eventStoreUrl }: LedgerPlace,
  { readModels }: { readModels: boolean },
  work: (ledger: OpenLedger) => Promise<T>,
): Promise<T> {
  const config = readConfig({
    ARLEDGER_DATA: folder,
    DATABASE_URL: databaseUrl,
    EVENTSTORE_URL: eventStoreUrl,
    LOG_LEVEL: 'silent',
  });
  const app = await createLedger(config, { readModels, projecting: readModels });
  try {
    return await work(new OpenLedger(app, config));
  } finally {
    await app.close();
  }
}

/**
 * Sends the commands of a file as `arledger import commands` does.
 *
 * @throws when one is refused: the time would not be that of the rest
 */
export async function importCommands(ledger: OpenLedger, file: string): Promise<void> {
  await sendCommands(ledger, linesOf(createReadStream(file)), {
    actor: 'bench',
    onAnswer: (answer) => {
      if (answer.status >= 300) throw new Error(JSON.stringify(answer));
      return false;
    },
  });
}

/** How many events the log holds: positions of the embedded log are counted from 1 without gaps. */
export async function eventsIn({ store }: OpenLedger): Promise<number> {
  return Number((await store.head()) ?? 0);
}
