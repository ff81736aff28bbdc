import { ProblemError, problem } from '../http/problem.js';
import { problemOfRejection } from '../http/rejection-problems.js';
import type { Rejection } from '../ledger/rejection.js';

/** A rule said no, or the ledger found a field malformed. */
export class CommandRejected extends ProblemError {
  constructor(readonly rejection: Rejection) {
    super(problemOfRejection(rejection));
  }
}

/** The account is not at the revision that the sender made a condition; -1 stands for an account without events. */
export class RevisionMismatch extends ProblemError {
  constructor(
    readonly accountId: string,
    readonly revision: number,
  ) {
    super(
      problem(
        'revision_mismatch',
        412,
        'The account has moved on since you looked at it; look again, and decide anew.',
        { accountId, ...(revision < 0 ? {} : { revision }) },
      ),
      revision < 0 ? {} : { etag: `"${revision}"` },
    );
  }
}

/** Other processes wrote to the account faster than the command could be decided; trying again is safe. */
export class AccountBusy extends ProblemError {
  constructor(readonly attempts: number) {
    super(
      problem(
        'account_busy',
        503,
        'Others keep writing to this account; send the command again with the same id.',
      ),
    );
  }
}
