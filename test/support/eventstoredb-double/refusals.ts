import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Address } from './addresses.js';

/** What a server can answer in place of what it was asked for. */
export type Refusal =
  'unavailable' | 'not_leader' | 'timeout' | 'deadline_exceeded' | 'access_denied' | 'wrong_credentials';

/** A call that is refused: a gRPC status, with the facts that EventStoreDB adds in its trailing metadata. */
export class Refused extends Error implements ServiceError {
  readonly metadata = new Metadata();

  constructor(
    readonly code: status,
    readonly details: string,
    facts: Readonly<Record<string, string>> = {},
  ) {
    super(details);
    this.name = 'Refused';
    for (const [key, value] of Object.entries(facts)) this.metadata.set(key, value);
  }
}

/** A refusal in the words of EventStoreDB 23.10; `leader` is whom it names when it is not the leader. */
export function refusal(kind: Refusal, leader: Address): Refused {
  switch (kind) {
    case 'unavailable':
      return new Refused(status.UNAVAILABLE, 'Server Is Not Ready');
    case 'not_leader':
      return new Refused(status.NOT_FOUND, 'Leader info available', {
        exception: 'not-leader',
        'leader-endpoint-host': leader.host,
        'leader-endpoint-port': String(leader.port),
      });
    case 'timeout':
      return new Refused(status.ABORTED, 'Operation timed out: Request canceled by server');
    case 'deadline_exceeded':
      return new Refused(status.DEADLINE_EXCEEDED, 'Deadline Exceeded');
    case 'access_denied':
      return new Refused(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
    case 'wrong_credentials':
      return new Refused(status.UNAUTHENTICATED, 'Unauthenticated');
  }
}

/** Refuses an append of more than the server takes at once; in bytes. */
export function appendTooLarge(bytesMax: number): Refused {
  return new Refused(status.INVALID_ARGUMENT, `Maximum Append Size of ${bytesMax} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(bytesMax),
  });
}

/** Refuses an event that does not say its type or what its content is. */
export function metadataMissing(property: string): Refused {
  return new Refused(status.INVALID_ARGUMENT, `Required Metadata Property '${property}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });
}

/** Refuses what the double does not know, or the server neither. */
export function invalid(details: string): Refused {
  return new Refused(status.INVALID_ARGUMENT, details);
}

/** What the client is told; a mistake of the double itself is told in full, so that the test that meets it says it. */
export function whatFailed(error: unknown): Refused {
  if (error instanceof Refused) return error;
  return new Refused(status.INTERNAL, `the double failed: ${String((error as Error).stack)}`);
}
