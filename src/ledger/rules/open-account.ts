import { type Decision, type DecisionContext, accept } from '../decision.js';

export interface OpenAccount {
  type: 'OpenAccount';
  accountId: string;
  openedOn: string;
  currency?: string;
  entity?: string;
  /** Opaque reference to the patient; never a name. */
  patientRef?: string;
}

/** Opens an account in one currency, for good. */
export function openAccount(command: OpenAccount, _context: DecisionContext): Decision {
  const { type: _, ...given } = command;
  return accept({ type: 'AccountOpened', data: { currency: 'USD', entity: 'main', ...given } });
}
