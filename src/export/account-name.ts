import type { Place } from '../ledger/events.js';
import type { JournalEntry } from './journal-entry.js';

/** How a format writes an id as the last part of an account's name; different ids never come out the same. */
export type IdEncoding = (id: string) => string;

/**
 * For ledger and hledger: the id itself; only the colon, which separates the parts of a name there, is written `%3A`.
 * (`%` is in no id.)
 */
export const withoutColon: IdEncoding = (id) => id.replaceAll(':', '%3A');

/**
 * For beancount, whose names know letters, digits and `-` only, a capital or a digit first: `.` is written `--2E`, `:`
 * `--3A`, `_` `--5F`, a `-` that has not a letter or digit on both sides `--2D`; an id that begins with a small letter
 * gets `X--` in front. So `a:b` becomes `X--a--3Ab`.
 */
export const asBeancountName: IdEncoding = (id) => {
  const name = id.replace(/[^A-Za-z0-9-]|(?<![A-Za-z0-9])-|-(?![A-Za-z0-9])/g, (char) => {
    return `--${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return /^[a-z]/.test(name) ? `X--${name}` : name;
};

/**
 * The account a line is booked to. What belongs to one patient account has its id as last part, so that the lines under
 * that part add up to the account's balance; cash, clearing, income and expenses are the hospital's.
 */
export function accountName(place: Place, of: JournalEntry['of'], encodeId: IdEncoding): string {
  return 'accountId' in of && ('chargeId' in place || 'paymentId' in place)
    ? `${place.account}:${encodeId(of.accountId)}`
    : place.account;
}
