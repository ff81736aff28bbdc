import type { ZodError } from 'zod';
import { type Instant, isCalendarDate } from '../ledger/calendar.js';
import {
  type AccountEvent,
  type AccountEventType,
  accountEventData,
  entryIdIn,
  entryIdOf,
} from '../ledger/events.js';
import type { AnyRecordedEvent, RecordedEvent, RecordedRemittanceEvent } from '../ledger/recorded-event.js';
import {
  type RemittanceEvent,
  type RemittanceEventType,
  remittanceEventData,
} from '../ledger/remittance-events.js';
import type { StoredEvent } from './event-store.js';

const ACCOUNT_STREAM = 'account-';

/** The streams beside the accounts, by what they are of. */
const BESIDE = { remittance: 'remittance-', control: 'control-', deposit: 'deposit-' } as const;
export type BesideKind = keyof typeof BESIDE;
const BESIDE_PREFIXES = Object.entries(BESIDE) as [BesideKind, string][];

/** The stream of an account. */
export function accountStream(accountId: string): string {
  return ACCOUNT_STREAM + accountId;
}

/** The account whose stream this is, or undefined for a stream of another kind. */
export function accountIdOf(stream: string): string | undefined {
  return stream.startsWith(ACCOUNT_STREAM) ? stream.slice(ACCOUNT_STREAM.length) : undefined;
}

/** The stream of a remittance, a control account or a deposit. */
export function streamBeside(kind: BesideKind, id: string): string {
  return BESIDE[kind] + id;
}

/** What a stream beside the accounts is of, or undefined for a stream of another kind. */
export function besideOf(stream: string): { kind: BesideKind; id: string } | undefined {
  for (const [kind, prefix] of BESIDE_PREFIXES) {
    if (stream.startsWith(prefix)) return { kind, id: stream.slice(prefix.length) };
  }
  return undefined;
}

/** An event as it is stored. Today's events keep their names; a changed one would be written as `Name.v2`. */
export function encode(event: AccountEvent | RemittanceEvent): { type: string; data: unknown } {
  return event;
}

/** Brings the data of an older stored name up to today's event, e.g. `'ChargePosted.v1': (data) => …`. None yet. */
const upcasters: Readonly<
  Record<string, ((data: unknown) => { type: AccountEventType; data: unknown }) | undefined>
> = {};

/** A stored event that cannot be read as an event of an account: what is wrong, never what it holds. */
export class UnreadableEvent extends Error {
  constructor(
    readonly stored: StoredEvent,
    readonly reason: string,
    /** The entry it would have been, as far as that can be made out. */
    readonly entry?: { id: string; type: AccountEventType },
  ) {
    super(`${stored.stream}@${stored.revision} (${stored.type}): ${reason}`);
    this.name = 'UnreadableEvent';
  }
}

/**
 * Reads a stored event of an account's stream.
 *
 * @throws UnreadableEvent when the type is unknown, or data or metadata have not the shape of their type
 */
export function decode(stored: StoredEvent): RecordedEvent {
  const accountId = accountIdOf(stored.stream);
  if (accountId === undefined) throw new UnreadableEvent(stored, 'not a stream of an account');
  const { type, data } = upcasters[stored.type]?.(stored.data) ?? stored;
  if (!isKnown(type)) throw new UnreadableEvent(stored, 'unknown type of event');
  const parsed = accountEventData[type].safeParse(data);
  if (!parsed.success) {
    const id = entryIdIn(type, data);
    throw new UnreadableEvent(
      stored,
      `data is malformed: ${faultIn(parsed.error)}`,
      id === undefined ? undefined : { id, type },
    );
  }
  const event = { type, data: parsed.data } as AccountEvent;
  const { actor } = stored.metadata;
  const recordedAt = recordedAtOf(stored);
  if (typeof recordedAt !== 'string') {
    throw new UnreadableEvent(stored, recordedAt.fault, { id: entryIdOf(event), type });
  }
  return {
    accountId,
    event,
    revision: stored.revision,
    position: stored.position,
    recordedAt,
    ...(actor === undefined ? {} : { actor }),
  };
}

/**
 * Reads a stored event of a stream beside the accounts.
 *
 * @throws UnreadableEvent when the type is unknown, or data or metadata have not the shape of their type
 */
export function decodeBeside(stored: StoredEvent): RecordedRemittanceEvent {
  const { stream, type, data, revision, position, metadata } = stored;
  if (besideOf(stream) === undefined) throw new UnreadableEvent(stored, 'not a stream beside the accounts');
  if (!Object.hasOwn(remittanceEventData, type)) throw new UnreadableEvent(stored, 'unknown type of event');
  const known = type as RemittanceEventType;
  const parsed = remittanceEventData[known].safeParse(data);
  if (!parsed.success) throw new UnreadableEvent(stored, `data is malformed: ${faultIn(parsed.error)}`);
  const recordedAt = recordedAtOf(stored);
  if (typeof recordedAt !== 'string') throw new UnreadableEvent(stored, recordedAt.fault);
  return {
    stream,
    event: { type: known, data: parsed.data } as RemittanceEvent,
    revision,
    position,
    recordedAt,
    ...(metadata.actor === undefined ? {} : { actor: metadata.actor }),
  };
}

/** Whether a stream is the ledger's: an account's, or one beside the accounts. */
export function isOfLedger(stream: string): boolean {
  return accountIdOf(stream) !== undefined || besideOf(stream) !== undefined;
}

/**
 * Reads a stored event of any stream of the ledger.
 *
 * @throws UnreadableEvent as `decode` and `decodeBeside` do
 */
export function decodeAny(stored: StoredEvent): AnyRecordedEvent {
  return besideOf(stored.stream) === undefined ? decode(stored) : decodeBeside(stored);
}

function faultIn(error: ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; ');
}

function recordedAtOf({ metadata }: StoredEvent): Instant | { fault: string } {
  const recordedAt: unknown = metadata.recordedAt;
  if (isInstant(recordedAt)) return recordedAt;
  return {
    fault:
      recordedAt === undefined
        ? 'metadata has no recordedAt'
        : 'recordedAt in its metadata is no instant in UTC with milliseconds',
  };
}

/** Whether this is an instant just as {@link Instant} has it: as text, such instants are in the order of time. */
export function isInstant(value: unknown): value is Instant {
  return (
    typeof value === 'string' &&
    /^.{10}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/.test(value) &&
    isCalendarDate(value.slice(0, 10))
  );
}

function isKnown(type: string): type is AccountEventType {
  return Object.hasOwn(accountEventData, type);
}
