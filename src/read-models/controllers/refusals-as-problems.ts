import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type Observable, catchError } from 'rxjs';
import { DatabaseUnavailable } from '../../database/database-unavailable.js';
import { problemError, validationFailed } from '../../http/problem.js';
import { ProjectionsBehind } from '../projector/errors.js';
import {
  AccountUnknown,
  ClaimUnknown,
  ControlAccountUnknown,
  QuestionMalformed,
  ReadModelsNotReady,
  ReadModelsOfAnotherLog,
  RemittanceUnknown,
  ReportDoesNotTie,
} from '../queries/refusals.js';

/** Tells callers why a question is not answered. */
@Injectable()
export class RefusalsAsProblems implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        throw asProblem(error);
      }),
    );
  }
}

/** The problem that a refusal is told as; other errors as they are. */
export function asProblem(error: unknown): unknown {
  if (error instanceof QuestionMalformed) return validationFailed(error.errors);
  if (error instanceof AccountUnknown) {
    return problemError(
      error.code,
      404,
      'No such account is known, or was known at that instant; mend the id.',
      {
        accountId: error.accountId,
      },
    );
  }
  if (error instanceof RemittanceUnknown) {
    const { remittanceId } = error;
    return problemError(error.code, 404, 'No such remittance is known; mend the id.', { remittanceId });
  }
  if (error instanceof ClaimUnknown) {
    const { remittanceId, claim } = error;
    return problemError(
      error.code,
      404,
      'The remittance has no such claim, or the claim has no outcome yet; claims count from 1.',
      { remittanceId, claim },
    );
  }
  if (error instanceof ControlAccountUnknown) {
    const { controlAccountId } = error;
    return problemError(
      error.code,
      404,
      'No such control account is known, or had an entry at that instant; mend the id.',
      { controlAccountId },
    );
  }
  if (error instanceof ReportDoesNotTie) {
    const { report, mismatches } = error;
    const { currency, difference } = mismatches[0]!;
    return problemError(
      error.code,
      503,
      'The figures do not come to the balances, so they are not shown. Run arledger verify, then arledger rebuild.',
      { report, currency, difference, differences: mismatches },
    );
  }
  if (error instanceof ReadModelsNotReady) {
    return problemError(error.code, 503, 'The read models are being made from the event log; ask again.');
  }
  if (error instanceof ReadModelsOfAnotherLog) {
    return problemError(
      error.code,
      503,
      'The read models were made of another event log, or this one was put back to an earlier state. Check that ' +
        'both belong together, then run arledger rebuild.',
    );
  }
  if (error instanceof ProjectionsBehind) {
    return problemError(
      'projections_behind',
      503,
      'The projections have not come that far yet; ask again.',
      error.wanted === undefined ? {} : { wanted: error.wanted, reached: error.reached ?? null },
    );
  }
  if (error instanceof DatabaseUnavailable) {
    return problemError('database_unavailable', 503, 'The database of the read models is away; ask again.');
  }
  return error;
}
