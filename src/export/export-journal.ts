import { UnreadableEvent, accountIdOf, decodeAny, isOfLedger } from '../event-store/codec.js';
import type { StoredEvent } from '../event-store/event-store.js';
import { type AnyRecordedEvent, isOfAccount } from '../ledger/recorded-event.js';
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
 * Writes the journal of all accounts, and of the remittances and control accounts beside them, entry by entry in the
 * order of the log, from the events alone. Holds nothing of what it has written but the currencies.
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
    if (!isOfLedger(stored.stream)) continue;
    counts.events += 1;
    let recorded: AnyRecordedEvent;
    try {
      recorded = decodeAny(stored);
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      counts.unreadable += 1;
      const accountId = accountIdOf(stored.stream);
      yield (
        (stored.revision === 0 && accountId !== undefined ? writer.account({ accountId }) : '') +
        writer.remark(`NOT IN HERE: event ${stored.position} cannot be read (${error.reason})`)
      );
      continue;
    }
    if (isOfAccount(recorded) && recorded.event.type === 'AccountOpened') {
      yield writer.account({ ...recorded.event.data, accountId: recorded.accountId });
    }
    for (const entry of entriesOf(recorded)) {
      counts.entries += 1;
      yield writer.entry(entry);
    }
  }
  return counts;
}
