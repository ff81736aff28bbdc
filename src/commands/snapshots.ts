import type { AccountSnapshot } from '../ledger/snapshot.js';

/** Injection token of the snapshot store. */
export const SNAPSHOTS = Symbol('SnapshotStore');

/** A folded account as it was at a revision, and the event it was folded up to. */
export interface StoredSnapshot {
  account: AccountSnapshot;
  /** What the last event folded is known by: tells whether the snapshot is of this log or of another one. */
  lastEvent: string;
}

/**
 * Keeps the newest snapshot of each account. Disposable: whoever loads treats a failure as a miss, whoever saves goes
 * on without.
 */
export interface SnapshotStore {
  /** The snapshot of an account under this version of the fold, or undefined. */
  load(accountId: string, foldVersion: number): Promise<StoredSnapshot | undefined>;
  save(accountId: string, foldVersion: number, snapshot: StoredSnapshot): Promise<void>;
}

/** Snapshots in memory, as JSON text so that nothing is shared with the account that goes on changing. */
export class MemorySnapshots implements SnapshotStore {
  private readonly texts = new Map<string, { foldVersion: number; text: string }>();

  load(accountId: string, foldVersion: number): Promise<StoredSnapshot | undefined> {
    const kept = this.texts.get(accountId);
    return Promise.resolve(
      kept?.foldVersion === foldVersion ? (JSON.parse(kept.text) as StoredSnapshot) : undefined,
    );
  }

  save(accountId: string, foldVersion: number, snapshot: StoredSnapshot): Promise<void> {
    this.texts.set(accountId, { foldVersion, text: JSON.stringify(snapshot) });
    return Promise.resolve();
  }
}
