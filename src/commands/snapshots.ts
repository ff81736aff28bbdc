import { type Snapshot, snapshotOf, snapshotText } from './snapshot-text.js';

/** Injection token of the snapshot store. */
export const SNAPSHOTS = Symbol('SnapshotStore');

/**
 * What a snapshot held cannot be read any more, or is not that of the account any more. The account in memory is to be
 * forgotten; loaded anew, it goes on.
 */
export class SnapshotUnreadable extends Error {
  constructor(options?: ErrorOptions) {
    super('a snapshot could not be read on', options);
    this.name = 'SnapshotUnreadable';
  }
}

/**
 * Keeps the newest snapshot of each account. Disposable: whoever loads treats a failure as a miss, whoever saves goes
 * on without.
 */
export interface SnapshotStore {
  /**
   * Whether to ask costs no more than a first read of the log. Such a store also takes what has changed since alone, so
   * that an account is saved soon after every command; others get it whole, when it has grown by a fifth.
   */
  readonly isAtHand: boolean;
  /** The snapshot of an account under this version of the fold, or undefined. */
  load(accountId: string, foldVersion: number): Promise<Snapshot | undefined>;
  /** Takes all of it before it first waits: the account goes on changing. */
  save(accountId: string, foldVersion: number, snapshot: Snapshot): Promise<void>;
  close(): void;
}

/** Snapshots in memory, as text so that nothing is shared with the account that goes on changing. */
export class MemorySnapshots implements SnapshotStore {
  readonly isAtHand = false;
  private readonly texts = new Map<string, { foldVersion: number; text: string }>();

  load(accountId: string, foldVersion: number): Promise<Snapshot | undefined> {
    const kept = this.texts.get(accountId);
    return Promise.resolve(kept?.foldVersion === foldVersion ? snapshotOf(kept.text) : undefined);
  }

  save(accountId: string, foldVersion: number, snapshot: Snapshot): Promise<void> {
    this.texts.set(accountId, { foldVersion, text: snapshotText(snapshot) });
    return Promise.resolve();
  }

  close(): void {}
}
