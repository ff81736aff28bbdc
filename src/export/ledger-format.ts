import { minorDigitsOf } from '../ledger/currency.js';
import { accountName, withoutColon } from './account-name.js';
import { GENERAL_ACCOUNTS, PATIENT_ACCOUNTS } from './general-accounts.js';
import { type JournalEntry, detailsOf, signedAmount } from './journal-entry.js';
import { type JournalWriter, type OpenedAccount, onOneLine } from './journal-writer.js';

const NAME_WIDTH = 52;

/** The journal for `ledger` and `hledger`: one language but for the way a commodity is declared. */
export class LedgerFormat implements JournalWriter {
  private readonly commodities = new Set<string>();

  constructor(private readonly tool: 'ledger' | 'hledger') {}

  begin(): string {
    return [
      '; Journal of arledger, from its event log. Debits are positive. The last part of a receivable or unapplied',
      '; account is the patient account: those lines together are its balance. A colon in an id is written %3A.',
      // What `ledger --pedantic` wants to know beforehand; hledger has no such list.
      ...(this.tool === 'ledger'
        ? ['account', 'stream', 'recorded', 'charge', 'payment'].map((tag) => `tag ${tag}`)
        : []),
      ...GENERAL_ACCOUNTS.map((name) => `account ${name}`),
      '',
      '',
    ].join('\n');
  }

  account({ accountId, openedOn, currency }: OpenedAccount): string {
    return [
      ...this.commodity(currency),
      `; account ${accountId}${openedOn === undefined ? '' : `, opened ${openedOn}`}`,
      ...PATIENT_ACCOUNTS.map((name) => `account ${name}:${withoutColon(accountId)}`),
      '',
      '',
    ].join('\n');
  }

  entry(entry: JournalEntry): string {
    const { of, entryId, effectiveOn, recordedAt, position, revision, currency, description, lines } = entry;
    return [
      ...this.commodity(currency),
      // A semicolon would begin a comment, and a bar a note.
      `${effectiveOn} * (${entryId}) ${onOneLine(description.replace(/[;|]/g, ','))}`,
      'accountId' in of ? `    ; account: ${of.accountId}` : `    ; stream: ${of.stream}`,
      `    ; recorded: ${recordedAt}, revision ${revision}, position ${position}`,
      ...lines.map((line) => {
        const name = accountName(line.place, of, withoutColon).padEnd(NAME_WIDTH);
        return `    ${name}  ${signedAmount(line).padStart(14)} ${currency}${comment(detailsOf(line.place))}`;
      }),
      '',
      '',
    ].join('\n');
  }

  remark(text: string): string {
    return `; ${onOneLine(text)}\n\n`;
  }

  private commodity(currency: string | undefined): string[] {
    if (currency === undefined || this.commodities.has(currency)) return [];
    this.commodities.add(currency);
    const sample = `1000.${'0'.repeat(minorDigitsOf(currency))} ${currency}`;
    if (this.tool === 'hledger') return [`commodity ${sample}`, ''];
    return [`commodity ${currency}`, `    format ${sample.replace('. ', ' ')}`, ''];
  }
}

/** Dates in brackets and `date:` tags in a comment would be obeyed: names keep letters, digits and what is harmless. */
function comment(details: ReturnType<typeof detailsOf>): string {
  const tags = Object.entries(details).map(([tag, value]) =>
    tag === 'party' ? `party: ${onOneLine(value.replace(/[^\p{L}\p{N} ._'&-]/gu, ' '))}` : `${tag}: ${value}`,
  );
  return tags.length > 0 ? `  ; ${tags.join(', ')}` : '';
}
