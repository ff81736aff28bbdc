import {
  AccessDeniedError,
  CancelledError,
  DeadlineExceededError,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  TimeoutError,
  UnavailableError,
  UnknownError,
  convertToCommandError,
} from '@eventstore/db-client';
import { AppendTooLarge, EventLogDamaged, StoreUnavailable, StreamDeleted } from '../event-store.js';

/** The server does not let this user read or write the ledger's streams. */
export class StoreAccessDenied extends StoreUnavailable {
  constructor(options?: ErrorOptions) {
    super(
      'EventStoreDB refuses the user of the connection string: check name and password, and that it may read $all and write account streams',
      options,
    );
    this.name = 'StoreAccessDenied';
  }
}

/** The error with its type: of some the client gives what gRPC gave. */
export function typedError(error: unknown): unknown {
  return error instanceof Error ? convertToCommandError(error) : error;
}

/** What the port says of an error that the client gave. */
export function storeError(error: unknown): Error {
  if (isOfThePort(error)) return error;
  if (error instanceof AccessDeniedError) return new StoreAccessDenied({ cause: error });
  if (error instanceof MaxAppendSizeExceededError)
    return new AppendTooLarge(error.maxAppendSize, { cause: error });
  if (error instanceof StreamDeletedError) return new StreamDeleted({ cause: error });
  if (error instanceof DeadlineExceededError || error instanceof TimeoutError) {
    return new StoreUnavailable('EventStoreDB did not answer in time', { cause: error });
  }
  if (error instanceof NotLeaderError) {
    return new StoreUnavailable('EventStoreDB has no leader that answers', { cause: error });
  }
  return new StoreUnavailable(`EventStoreDB does not answer${reasonOf(error)}`, { cause: error });
}

/**
 * Whether the same call may go well a moment later: what was sent may or may not have been done. Not so where the
 * server has understood and said no.
 */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof UnavailableError ||
    error instanceof DeadlineExceededError ||
    error instanceof TimeoutError ||
    error instanceof CancelledError ||
    error instanceof NotLeaderError ||
    error instanceof UnknownError ||
    error instanceof Silent ||
    isDiscoveryFailure(error)
  );
}

/** The client says in a bare error that no node of a cluster could be found; it does not look again then. */
export function isDiscoveryFailure(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error && !('code' in error);
}

/** The server says nothing more, though it reports no failure. */
export class Silent extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Silent';
  }
}

function isOfThePort(error: unknown): error is Error {
  return (
    error instanceof StoreUnavailable || error instanceof EventLogDamaged || error instanceof AppendTooLarge
  );
}

/** What gRPC says of the connection (refused, certificate not trusted): it names hosts, and no data. */
function reasonOf(error: unknown): string {
  if (error instanceof Silent) return `: ${error.message}`;
  if (isDiscoveryFailure(error)) return ': no node of the cluster could be found';
  if (!(error instanceof UnavailableError)) return '';
  const details = error._raw?.details ?? error.message;
  const [, last = details] = /Last error: (.*?)\.?(?: Resolution note:.*)?$/s.exec(details) ?? [];
  return `: ${last.replace(/\s+/g, ' ').trim()}`;
}
