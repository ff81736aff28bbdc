import { accountName, asBeancountName } from './account-name.js';
import { GENERAL_ACCOUNTS, PATIENT_ACCOUNTS } from './general-accounts.js';
import { type JournalEntry, detailsOf, signedAmount } from './journal-entry.js';
import { type JournalWriter, type OpenedAccount, onOneLine } from './journal-writer.js';

/** Entries may count from before the day their account was opened, so accounts stand open from the first date of all. */
const FIRST_DATE = '1900-01-01';

/** The journal for beancount. */
export class BeancountFormat implements JournalWriter {
  private readonly commodities = new Set<string>();

  begin(): string {
    return [
      '; Journal of arledger, from its event log. The last part of a receivable or unapplied account is the patient',
      '; account (its id as it is stands beside as "account"): those lines together are its balance.',
      '; In that part --2E is a dot, --3A a colon, --5F an underscore, --2D a hyphen, and X-- comes before a small letter.',
      'option "title" "arledger"',
      ...GENERAL_ACCOUNTS.map((name) => `${FIRST_DATE} open ${name}`),
      '',
      '',
    ].join('\n');
  }

  account({ accountId, openedOn, currency }: OpenedAccount): string {
    return [
      ...this.commodity(currency),
      ...PATIENT_ACCOUNTS.flatMap((name) => [
        `${FIRST_DATE} open ${name}:${asBeancountName(accountId)}${currency === undefined ? '' : ` ${currency}`}`,
        `  account: ${quoted(accountId)}`,
        ...(openedOn === undefined ? [] : [`  opened: ${openedOn}`]),
      ]),
      '',
      '',
    ].join('\n');
  }

  entry(entry: JournalEntry): string {
    const { of, entryId, effectiveOn, recordedAt, position, revision, currency, description, lines } = entry;
    return [
      ...this.commodity(currency),
      `${effectiveOn} * ${quoted(description)}`,
      `  entry: ${quoted(entryId)}`,
      'accountId' in of ? `  account: ${quoted(of.accountId)}` : `  stream: ${quoted(of.stream)}`,
      `  recorded: ${quoted(recordedAt)}`,
      `  revision: ${revision}`,
      `  position: ${quoted(position)}`,
      ...lines.flatMap((line) => [
        `  ${accountName(line.place, of, asBeancountName)}  ${signedAmount(line)} ${currency}`,
        ...Object.entries(detailsOf(line.place)).map(([key, value]) => `    ${key}: ${quoted(value)}`),
      ]),
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
    return [`${FIRST_DATE} commodity ${currency}`, ''];
  }
}

function quoted(text: string): string {
  return `"${onOneLine(text).replace(/["\\]/g, (char) => `\\${char}`)}"`;
}
