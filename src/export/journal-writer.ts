import type { JournalEntry } from './journal-entry.js';

/** An account as it comes into the books; without a currency where its opening could not be read. */
export interface OpenedAccount {
  accountId: string;
  openedOn?: string;
  currency?: string;
}

/** Writes the journal in one format, piece by piece; each piece ends with a line end. */
export interface JournalWriter {
  /** What stands before everything else. */
  begin(): string;
  /** What has to be said when an account is met first. */
  account(opened: OpenedAccount): string;
  entry(entry: JournalEntry): string;
  /** Says that something is not in here; empty where the format knows no comments. */
  remark(text: string): string;
}

/** Text on one line, without what could end it or be taken for markup: any run of separators becomes one space. */
export function onOneLine(text: string): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
}
