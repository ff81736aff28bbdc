import type { Need } from './import-summary.js';

/** What somebody can do about a claim that is not posted, or not whole: one sentence a code. */
export const WHAT_IT_NEEDS: Readonly<Record<Need['code'], string>> = {
  does_not_balance:
    'charge less adjustments is not what was paid: ask the payer for a corrected remittance, or post it as it is',
  account_not_found: 'no account has this claim: assign it to one, or import with --create-accounts',
  account_ambiguous: 'several accounts could be meant: assign it to one of the candidates',
  line_not_matched:
    'a line has no charge, or several: post or correct the charge and post it again, or assign it',
  original_not_found: 'it takes back what was never posted here: assign it to its account, or reject it',
  original_differs:
    'it takes back other amounts than were posted, or what cannot be taken back any more: look at both, mend the account by hand and reject it, or post what can still be taken back',
  paid_by_this_payment_before:
    'the same claim came with the same payment before: reject it, or post it if the payer paid twice',
  refused: 'a rule of the ledger said no: see the facts, mend the account, and post it again',
  waits_for_original:
    'it takes back a remittance that has not come yet, and is posted when that comes: reject it if that never will',
  held: 'a part would have made a false credit and is held: post it after all, or reject it',
};
