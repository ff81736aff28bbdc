import { ClockOutOfStep } from '../../commands/refusals.js';
import { DatabaseUnavailable } from '../../database/database-unavailable.js';
import { StoreUnavailable } from '../../event-store/event-store.js';
import { ProblemError } from '../../http/problem.js';
import { DocumentsUnavailable } from '../documents/document-store.js';

/** The database and what is read from it; what else has the status 503 is about one account or claim. */
const CODES: readonly string[] = [
  'database_unavailable',
  'read_models_not_ready',
  'read_models_of_another_log',
  'projections_behind',
];

const AWAY = [StoreUnavailable, DatabaseUnavailable, DocumentsUnavailable, ClockOutOfStep] as const;

/**
 * Whether an error says that nothing can be done at the moment, rather than that one remittance or account cannot be
 * gone on with: store, database or documents are away, the read models behind, or the clock is wrong.
 */
export function isOfAll(error: unknown): boolean {
  if (AWAY.some((kind) => error instanceof kind)) return true;
  return error instanceof ProblemError && CODES.includes(error.problem.code);
}
