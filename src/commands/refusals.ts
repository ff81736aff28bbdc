import type { AppendTooLarge } from '../event-store/event-store.js';
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

/** What the command would record is more than the event store takes at once; sending it again changes nothing. */
export class EventTooLarge extends ProblemError {
  constructor({ bytesMax }: AppendTooLarge) {
    super(
      problem(
        'event_too_large',
        422,
        'What this would record is more than the event store takes at once; split it, such as a reversal into parts ' +
          'by allocations.',
        bytesMax === undefined ? {} : { bytesMax },
      ),
    );
  }
}

/** What is wrong with this process's clock. */
export type ClockFault =
  | {
      comparedWith: 'database';
      /** In ms; above 0 this clock is ahead. */
      differenceMs: number;
      allowedMs: number;
    }
  | {
      comparedWith: 'event_log';
      differenceMs: number;
      allowedMs: number;
      /** The time of this clock at which events are recorded again. */
      until: string;
    };

/** Nothing is recorded by a clock that is wrong: answers for a `knownAt` that were given could change. */
export class ClockOutOfStep extends ProblemError {
  constructor(readonly fault: ClockFault) {
    super(problem('clock_out_of_step', 503, clockAdvice(fault), { ...fault }));
  }
}

function clockAdvice({ comparedWith }: ClockFault): string {
  switch (comparedWith) {
    case 'database':
      return (
        "The clock of this service differs from the database's by more than is allowed, so it records nothing. Set " +
        "this machine's clock (NTP), or the database's if that one is wrong; then it goes on by itself. Try again: " +
        'another process may have the right time.'
      );
    case 'event_log':
      return (
        'The clock of this service is behind what was recorded or asked before, so it records nothing. Set this ' +
        "machine's clock (NTP). If the clock is right and the earlier time was wrong, it goes on by itself at `until`, " +
        'or after a start with ARLEDGER_CLOCK_BEHIND_LOG=accept.'
      );
  }
}
