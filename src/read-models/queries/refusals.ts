import type { FieldError } from '../../ledger/rejection.js';

/** A question that cannot be answered; each kind says why, and none knows how it is told. */
export abstract class QueryRefused extends Error {
  abstract readonly code: string;
}

/** The question itself is malformed. */
export class QuestionMalformed extends QueryRefused {
  readonly code = 'validation_failed';
  constructor(readonly errors: readonly FieldError[]) {
    super(errors.map(({ field, message }) => `${field} ${message}`).join('; '));
    this.name = 'QuestionMalformed';
  }
}

/** No such account, or none that was known at that instant. */
export class AccountUnknown extends QueryRefused {
  readonly code = 'account_not_found';
  constructor(readonly accountId: string) {
    super(`no account ${accountId} was known`);
    this.name = 'AccountUnknown';
  }
}

/** No such remittance. */
export class RemittanceUnknown extends QueryRefused {
  readonly code = 'remittance_not_found';
  constructor(readonly remittanceId: string) {
    super(`no remittance ${remittanceId} is known`);
    this.name = 'RemittanceUnknown';
  }
}

/** No such claim in the remittance, or it has no outcome yet. */
export class ClaimUnknown extends QueryRefused {
  readonly code = 'claim_not_found';
  constructor(
    readonly remittanceId: string,
    readonly claim: number,
  ) {
    super(`remittance ${remittanceId} has no claim ${claim} with an outcome`);
    this.name = 'ClaimUnknown';
  }
}

/** No such control account, or none that had an entry at that instant. */
export class ControlAccountUnknown extends QueryRefused {
  readonly code = 'control_account_not_found';
  constructor(readonly controlAccountId: string) {
    super(`no control account ${controlAccountId} was known`);
    this.name = 'ControlAccountUnknown';
  }
}

/** The tables are not made yet, or are of another version: they are about to be. */
export class ReadModelsNotReady extends QueryRefused {
  readonly code = 'read_models_not_ready';
  constructor(options?: ErrorOptions) {
    super('the read models are being made', options);
    this.name = 'ReadModelsNotReady';
  }
}

/** The event log does not hold the last event that is in the read models: nothing in them can be taken for its money. */
export class ReadModelsOfAnotherLog extends QueryRefused {
  readonly code = 'read_models_of_another_log';
  constructor(readonly position: string | undefined) {
    super(
      `the read models, at position ${position ?? 'none'}, were made of another event log, or this one was put back to ` +
        'an earlier state; check that both belong together, then run: arledger rebuild',
    );
    this.name = 'ReadModelsOfAnotherLog';
  }
}

/** A figure that differs from the same figure found another way. */
export interface Mismatch {
  /** What was compared: a group's key, or nothing for a total. */
  group?: Record<string, string | null>;
  currency: string;
  reported: string;
  expected: string;
  difference: string;
}

/** The figures do not agree with the balances, so that nothing is shown. */
export class ReportDoesNotTie extends QueryRefused {
  readonly code = 'report_does_not_tie';
  constructor(
    readonly report: string,
    /** The first of them; never empty. */
    readonly mismatches: readonly Mismatch[],
  ) {
    const { currency, difference } = mismatches[0]!;
    super(`${report} does not tie: ${currency} ${difference}`);
    this.name = 'ReportDoesNotTie';
  }
}
