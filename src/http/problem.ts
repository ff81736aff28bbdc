import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { DatabaseUnavailable } from '../database/database-unavailable.js';
import { EventLogDamaged, StoreUnavailable } from '../event-store/event-store.js';
import type { FieldError } from '../ledger/rejection.js';
import { describeError } from '../logging.js';
import { DocumentUnreadable, DocumentsUnavailable } from '../remittances/documents/document-store.js';
import { NowAndThen } from './now-and-then.js';

/** What went wrong, as RFC 9457 has it, with a stable `code` and the facts a caller needs. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  [fact: string]: unknown;
}

/** Facts of a problem: any but those that every problem has already, which they would hide. */
export interface Facts {
  [fact: string]: unknown;
  type?: never;
  title?: never;
  status?: never;
  detail?: never;
  code?: never;
}

/** How long a caller waits before trying again what a 503 refused. */
export const RETRY_AFTER_SECONDS = 1;

/** Makes a problem; `code` is stable, the title is the same in words, `detail` tells the caller what to do. */
export function problem(code: string, status: number, detail: string, facts: Facts = {}): Problem {
  const words = code.replaceAll('_', ' ');
  return {
    type: `urn:arledger:problem:${code}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status,
    detail,
    code,
    ...facts,
  };
}

/** An error that a caller gets to see. */
export class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
    /** Headers of the answer beside the usual ones. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problem.code);
    this.name = new.target.name;
  }
}

/** Fields of a request that are malformed, every one of them. */
export function validationFailed(errors: readonly FieldError[]): ProblemError {
  return new ProblemError(
    problem('validation_failed', 400, 'The request is malformed; mend every field that is named in errors.', {
      errors,
    }),
  );
}

/** A problem of another kind than a rule's no. */
export function problemError(code: string, status: number, detail: string, facts: Facts = {}): ProblemError {
  return new ProblemError(problem(code, status, detail, facts));
}

const SAID_EVERY_MS = 10_000;
const storeAway = new NowAndThen(SAID_EVERY_MS);
const databaseAway = new NowAndThen(SAID_EVERY_MS);
const documentsAway = new NowAndThen(SAID_EVERY_MS);

/** What a caller is told about an error. What nobody foresaw is logged under an id that the caller gets, no more. */
export function problemOf(error: unknown, log: Logger): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof StoreUnavailable) {
    storeAway.happened((times) =>
      log.warn({ reason: error.message, times }, 'the event store is not available'),
    );
    return problem(
      'store_unavailable',
      503,
      'The event store did not answer. Try again; a command may have been kept, so send it with the same id.',
    );
  }
  if (error instanceof DatabaseUnavailable) {
    databaseAway.happened((times) =>
      log.warn({ reason: error.message, times }, 'the database is not available'),
    );
    return problem('database_unavailable', 503, 'The database of the read models did not answer. Try again.');
  }
  if (error instanceof DocumentsUnavailable) {
    documentsAway.happened((times) =>
      log.warn({ reason: error.message, times }, 'the document store is not available'),
    );
    return problem(
      'documents_unavailable',
      503,
      'The store of received files did not take or give the file. Try again; what was posted of it before is not posted twice.',
    );
  }
  const errorId = randomUUID();
  if (error instanceof DocumentUnreadable) {
    log.error({ sha256: error.sha256, errorId }, 'a received file is damaged');
    return problem(
      'document_unreadable',
      500,
      'The file as it was received is damaged, or was erased while it was read. Sending it once more mends it.',
      { sha256: error.sha256, errorId },
    );
  }
  if (error instanceof EventLogDamaged) {
    log.error({ err: describeError(error), errorId }, 'the event log is damaged');
    return problem(
      'event_log_damaged',
      500,
      'Events that this rests on are missing or damaged, so nothing is worked out from the rest; sending it again ' +
        'changes nothing. Whoever runs the service finds them with: arledger verify --log',
      { errorId },
    );
  }
  log.error({ err: describeError(error), errorId }, 'an unforeseen error');
  return problem('internal_error', 500, 'Something went wrong here; name errorId when you report it.', {
    errorId,
  });
}
