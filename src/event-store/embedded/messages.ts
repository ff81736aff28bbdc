import type { AppendResult, ExpectedRevision } from '../event-store.js';

/** What a thread is started for. */
export type Role = 'writer' | 'reader' | 'checker';

/** What a thread is told at its start. */
export interface ThreadStart {
  role: Role;
  folder: string;
  /** Whether the log is only read: nothing is created, nothing is repaired. */
  readOnly: boolean;
  /** The file may grow to so many pages; left out, to what the disk holds. */
  maxPages?: number;
}

/** An event as text, the way it is stored: cheap to hand over, and fixed at the moment of the append. */
export interface EventText {
  id: string;
  type: string;
  data: string;
  metadata: string;
}

/**
 * An append on its way to the thread: stream, expected revision, then id, type, data and metadata of each event. Flat,
 * since objects within each other cost three times as much to hand over (measured).
 */
export type AppendRequest = [stream: string, expected: ExpectedRevision, ...events: string[]];

export type WriterRequest = AppendRequest | { kind: 'head' } | { kind: 'status' } | { kind: 'close' };

export interface WriterStatus {
  file: string;
  journalMode: string;
  synchronous: string;
  /** Events stored since the log was opened. */
  events: number;
  /** Transactions that stored them: one wait for the disk each. */
  commits: number;
}

export type ReaderRequest =
  | { kind: 'all'; after: number; limit: number }
  | { kind: 'stream'; stream: string; from?: number; backwards: boolean; limit: number }
  | { kind: 'head' }
  | { kind: 'close' };

/** An event on its way from the log: position, stream, revision, id, type, data, metadata. */
export type EventFields = [number, string, number, string, string, string, string];

export interface Page {
  events: EventFields[];
  /** Whether nothing followed when the page was read. */
  end: boolean;
}

export type CheckerRequest = { kind: 'check' } | { kind: 'close' };

/** Something wrong in the log; position and stream where it is about an event. */
export interface LogFinding {
  position?: string;
  stream?: string;
  text: string;
}

export interface CheckedPart {
  findings: LogFinding[];
  /** Events looked at up to now, and how many the log seems to hold. */
  checked: number;
  total: number;
  end: boolean;
}

/** Position of the last event, 0 while the log is empty. */
export type Head = number;

export type Value = AppendResult | Head | WriterStatus | Page | CheckedPart | null;

/** An error on its way out of a thread, where it would lose its class. */
export type Failure =
  | { kind: 'wrong_revision'; stream: string; expected: ExpectedRevision; actual: ExpectedRevision }
  | { kind: 'unavailable'; message: string }
  | { kind: 'damaged'; message: string }
  | { kind: 'missing'; message: string }
  | { kind: 'fault'; message: string };

/** A request with the number its answer carries. */
export type Call<Request> = [number, Request];

export type Answer = { call: number; value: Value } | { call: number; failure: Failure };

/** Answers of a thread, together with the end of the log where events were added to it. */
export interface Reply {
  answers: Answer[];
  /** Appends that went well: number of the call, revision and position of the last event, and so on. */
  appended?: number[];
  committed?: Head;
}

/** The number of the answer that says the thread is ready. */
export const READY = 0;
