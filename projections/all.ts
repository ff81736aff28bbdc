import { accountHistory } from './account-history.js';
import { accountMonths } from './account-months.js';
import { balances } from './balances.js';
import { denials } from './denials.js';
import { journal } from './journal.js';
import { openItems } from './open-items.js';
import type { Projection } from './projection.js';
import { remittances } from './remittances.js';

/** Every projection that the projector runs. */
export const projections: readonly Projection[] = [
  balances,
  openItems,
  journal,
  accountHistory,
  accountMonths,
  denials,
  remittances,
];
