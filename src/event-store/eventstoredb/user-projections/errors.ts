import { AccessDeniedError, UnknownError } from '@eventstore/db-client';
import { StoreAccessDenied, storeError, typedError } from '../failures.js';

/** The server does not run user projections. */
export class UserProjectionsOff extends Error {
  constructor(options?: ErrorOptions) {
    super('EventStoreDB does not run user projections: start the server with --run-projections=All', options);
    this.name = 'UserProjectionsOff';
  }
}

/** The server does not let this user look after its projections. */
export class UserProjectionsDenied extends Error {
  constructor(options?: ErrorOptions) {
    super(
      'EventStoreDB does not let this user look after projections: put an administrator into EVENTSTORE_URL, and check the password',
      options,
    );
    this.name = 'UserProjectionsDenied';
  }
}

/** A user projection stopped by itself as soon as it was started. */
export class UserProjectionFaulted extends Error {
  constructor(name: string, reason: string) {
    super(`${name} was installed, but stopped with an error: ${reason}`);
    this.name = 'UserProjectionFaulted';
  }
}

/** The server's category projection cuts the names of streams elsewhere than after the first dash. */
export class CategoriesDiffer extends Error {
  constructor(found: string) {
    super(
      `$by_category is set to ${JSON.stringify(found)}, but the category of an account is what stands before the first dash ("first\\n-")`,
    );
    this.name = 'CategoriesDiffer';
  }
}

/** gRPC's UNIMPLEMENTED, which the client knows by its number alone. */
const UNIMPLEMENTED = 12;

/** What is said of an error that the client gave. */
export function projectionsError(thrown: unknown): Error {
  const error = typedError(thrown);
  if (error instanceof AccessDeniedError || error instanceof StoreAccessDenied) {
    return new UserProjectionsDenied({ cause: error });
  }
  if (error instanceof UnknownError && (error.code as number | undefined) === UNIMPLEMENTED) {
    return new UserProjectionsOff({ cause: error });
  }
  return storeError(error);
}
