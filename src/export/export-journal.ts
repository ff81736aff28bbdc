import { UnreadableEvent, accountIdOf, decode } from '../event-store/codec.js';
import type { StoredEvent } from '../event-store/event-store.js';
import type { RecordedEvent } from '../ledger/recorded-event.js';
import { BeancountFormat } from './beancount-format.js';
import { CsvFormat } from './csv-format.js';
import { entriesOf } from './journal-entry.js';
import type { JournalWriter } from './journal-writer.js';
import { LedgerFormat } from './ledger-format.js';

export const EXPORT_FORMATS = ['ledger', 'hledger', 'beancount', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const WRITERS: Readonly<Record<ExportFormat, () => JournalWriter>> = {
  ledger: () => new LedgerFormat('ledger'),
  hledger: () => new LedgerFormat('hledger'),
  beancount: () => new BeancountFormat(),
  csv: () => new CsvFormat(),
};

/** What an export came to. */
export interface ExportCounts {
  events: number;
  entries: number;
  /** Events that cannot be read: their money, if any, is not in the journal. */
  unreadable: number;
}

/**
 * Writes the journal of all accounts, entry by entry in the order of the log, from the events alone. Holds nothing of
 * what it has written but the currencies.
 *
 * @returns the pieces of the text, and at the end what was counted
 */
export async function* exportJournal(
  log: AsyncIterable<StoredEvent>,
  format: ExportFormat,
): AsyncGenerator<string, ExportCounts> {
  const writer = WRITERS[format]();
  const counts: ExportCounts = { events: 0, entries: 0, unreadable: 0 };
  yield writer.begin();
  for await (const stored of log) {
    const accountId = accountIdOf(stored.stream);
    if (accountId === undefined) continue;
    counts.events += 1;
    let recorded: RecordedEvent;
    try {
      recorded = decode(stored);
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      counts.unreadable += 1;
      yield (
        (stored.revision === 0 ? writer.account({ accountId }) : '') +
        writer.remark(`NOT IN HERE: event ${stored.position} cannot be read (${error.reason})`)
      );
      continue;
    }
    const { event } = recorded;
    if (event.type === 'AccountOpened') yield writer.account({ ...event.data, accountId });
    for (const entry of entriesOf(recorded)) {
      counts.entries += 1;
      yield writer.entry(entry);
    }
  }
  return counts;
}
