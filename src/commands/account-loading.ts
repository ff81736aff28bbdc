import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { NoAnswer, answerInTime } from '../answer-in-time.js';
import { UnreadableEvent, accountStream, decode } from '../event-store/codec.js';
import {
  EventLogDamaged,
  type EventStore,
  type Position,
  type StoredEvent,
} from '../event-store/event-store.js';
import type { EntryRef } from '../ledger/account.js';
import { entryIdOf } from '../ledger/events.js';
import type { RecordedEvent } from '../ledger/recorded-event.js';
import { FOLD_VERSION } from '../ledger/snapshot.js';
import { FoldedAccount, markOf } from './folded-account.js';
import type { Snapshot } from './snapshot-text.js';
import type { SnapshotStore } from './snapshots.js';

const NAMED_MAX = 10_000;
const READS_AT_ONCE = 32;
/** A database that takes longer to find a snapshot is slower than the log, or away. */
const SNAPSHOT_PATIENCE_MS = 1_000;
/** Most accounts never have more events, and the log gives these sooner than the database says that it has no snapshot. */
const SHORT_EVENTS = 100;
/** Where a snapshot takes changes alone, an account is saved when it has not changed for so long. */
const REST_MS = 1_000;
/** Or when so many events are not in its snapshot: to fold them again after a kill takes some 20 ms. */
const UNSAVED_MAX = 2_000;
/** What is left then is folded from the log again. */
const SAVING_MS_MAX = 2_000;

const NOT_LOOKED_AT = { events: [], isAll: false };

/** An earlier event as it was read again, with the id that the store knows it by. */
export type Recalled = RecordedEvent & { id: string };

/** Brings folded accounts up to what the store holds, from snapshots where there are some. */
export class AccountLoading {
  private readonly named = new Set<string>();
  /** Accounts that are to be saved, and how many events they had when last looked at. */
  private readonly due = new Map<string, { folded: FoldedAccount; eventsSeen: number }>();
  private dueTimer: NodeJS.Timeout | undefined;
  private saves: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly snapshots: SnapshotStore,
    private readonly log: Logger,
    /** Events from which an account is worth a snapshot. */
    private readonly snapshotFrom: number,
  ) {}

  /** Folds an account from its snapshot and the rest of its stream, or from the stream alone. */
  async load(accountId: string): Promise<FoldedAccount> {
    // What was in memory is not any more.
    this.due.delete(accountId);
    const { events, isAll } = this.snapshots.isAtHand ? NOT_LOOKED_AT : await this.beginningOf(accountId);
    const known = isAll ? undefined : await this.fromSnapshot(accountId);
    if (known) return known;
    const folded = FoldedAccount.unopened();
    for (const stored of events) this.fold(folded, stored);
    if (!isAll) await this.catchUp(accountId, folded);
    return folded;
  }

  /**
   * Folds the events that the store has beyond those folded.
   *
   * @returns how many there were
   * @throws EventLogDamaged when events are missing between them
   */
  async catchUp(accountId: string, folded: FoldedAccount): Promise<number> {
    const before = folded.events;
    for await (const stored of this.store.readStream(accountStream(accountId), { from: before })) {
      this.fold(folded, stored);
    }
    this.snapshotWhenDue(accountId, folded);
    return folded.events - before;
  }

  /**
   * Earlier events that a decision must see, by their entry ids; those that cannot be read are missing.
   *
   * @param entries where they stand; several may be one event
   * @throws EventLogDamaged when one is gone and a later one stands in its place
   */
  async recall(accountId: string, entries: Iterable<EntryRef>): Promise<Map<string, Recalled>> {
    const recalled = new Map<string, Recalled>();
    const revisions = [...new Set(Array.from(entries, ({ revision }) => revision))];
    for (let i = 0; i < revisions.length; i += READS_AT_ONCE) {
      const some = revisions.slice(i, i + READS_AT_ONCE);
      const read = await Promise.all(some.map((revision) => this.eventAt(accountId, revision)));
      for (const recorded of read) if (recorded) recalled.set(entryIdOf(recorded.event), recorded);
    }
    return recalled;
  }

  /**
   * Saves a snapshot, off the command's path: when the account rests where only changes are written; else when it has
   * grown by a fifth since the last one, so that over its whole life it is written a few times, not once a thousand
   * events.
   */
  snapshotWhenDue(accountId: string, folded: FoldedAccount): void {
    const { events, snapshotEvents } = folded;
    const hasGrown = this.snapshots.isAtHand ? events > snapshotEvents : events >= snapshotEvents * 1.2;
    if (events < this.snapshotFrom || !hasGrown) return;
    this.due.set(accountId, { folded, eventsSeen: this.due.get(accountId)?.eventsSeen ?? -1 });
    this.saveLater();
  }

  /** Resolves when the snapshots that are due are saved, as far as there is time. */
  async idle(): Promise<void> {
    await this.saves;
    clearTimeout(this.dueTimer);
    this.dueTimer = undefined;
    const until = performance.now() + SAVING_MS_MAX;
    await this.saveAll(this.due, () => performance.now() < until);
  }

  private saveLater(): void {
    this.dueTimer ??= setTimeout(
      () => {
        this.saves = this.saveResting();
      },
      this.snapshots.isAtHand ? REST_MS : 0,
    ).unref();
  }

  private async saveResting(): Promise<void> {
    const resting = new Map<string, { folded: FoldedAccount }>();
    for (const [accountId, looked] of this.due) {
      const { folded, eventsSeen } = looked;
      const { events, snapshotEvents } = folded;
      const isResting = events === eventsSeen || events - snapshotEvents >= UNSAVED_MAX;
      if (!this.snapshots.isAtHand || isResting) resting.set(accountId, looked);
      else looked.eventsSeen = events;
    }
    await this.saveAll(resting);
    this.dueTimer = undefined;
    if (this.due.size > 0) this.saveLater();
  }

  private async saveAll(
    some: ReadonlyMap<string, { folded: FoldedAccount }>,
    goOn = (): boolean => true,
  ): Promise<void> {
    for (const [accountId, { folded }] of [...some]) {
      if (!goOn()) return;
      // Loaded anew since, it is another one.
      if (this.due.get(accountId)?.folded !== folded) continue;
      this.due.delete(accountId);
      await this.save(accountId, folded);
      // Commands get a turn: to write a thousand accounts takes a while.
      await setImmediate();
    }
  }

  /** The first events of an account, and whether it has no more, too few for a snapshot. */
  private async beginningOf(accountId: string): Promise<{ events: StoredEvent[]; isAll: boolean }> {
    const limit = Math.min(SHORT_EVENTS, this.snapshotFrom);
    const events = await Array.fromAsync(this.store.readStream(accountStream(accountId), { from: 0, limit }));
    // By its revision: where events are missing, a snapshot may still know of them.
    const { revision } = events.at(-1) ?? { revision: -1 };
    return { events, isAll: events.length < limit && revision + 1 < limit };
  }

  private fold(folded: FoldedAccount, stored: StoredEvent): void {
    requireRevision(folded.events, stored);
    const read = this.read(stored);
    folded.fold(read instanceof UnreadableEvent ? read : read.event, stored.id, stored.metadata.recordedAt);
  }

  private async eventAt(accountId: string, revision: number): Promise<Recalled | undefined> {
    for await (const stored of this.store.readStream(accountStream(accountId), {
      from: revision,
      limit: 1,
    })) {
      requireRevision(revision, stored);
      const read = this.read(stored);
      return read instanceof UnreadableEvent ? undefined : { ...read, id: stored.id };
    }
    return undefined;
  }

  private async save(accountId: string, folded: FoldedAccount): Promise<void> {
    // What a draft has folded may never be kept. The account is soon due again.
    if (folded.isAhead) return;
    try {
      const { account, lastEvent, events } = folded;
      const saved = this.snapshots.save(accountId, FOLD_VERSION, { account, lastEvent });
      folded.snapshotEvents = events;
      await saved;
    } catch (error) {
      this.log.warn({ err: nameOf(error) }, 'a snapshot could not be saved');
    }
  }

  /**
   * The account as its snapshot has it, if the log still has the same event at that revision, and what the log has
   * beyond: a snapshot may have outlived the log it was taken of.
   */
  private async fromSnapshot(accountId: string): Promise<FoldedAccount | undefined> {
    const snapshot = await this.snapshotOf(accountId);
    if (!snapshot) return undefined;
    const folded = FoldedAccount.from(snapshot.account);
    const { revision } = snapshot.account;
    for await (const stored of this.store.readStream(accountStream(accountId), { from: revision })) {
      if (folded.lastEvent !== '') {
        this.fold(folded, stored);
        continue;
      }
      const { id, metadata } = stored;
      if (stored.revision !== revision || markOf(id, metadata.recordedAt) !== snapshot.lastEvent) break;
      folded.noteLogged(id, metadata.recordedAt);
    }
    if (folded.lastEvent !== '') {
      this.snapshotWhenDue(accountId, folded);
      return folded;
    }
    this.log.warn('a snapshot is of another log and is left out');
    return undefined;
  }

  private async snapshotOf(accountId: string): Promise<Snapshot | undefined> {
    try {
      return await answerInTime(this.snapshots.load(accountId, FOLD_VERSION), SNAPSHOT_PATIENCE_MS);
    } catch (error) {
      // A database that is busy, or silent: others tell of that.
      if (error instanceof NoAnswer) this.log.debug('a snapshot was not waited for any longer');
      else this.log.warn({ err: nameOf(error) }, 'a snapshot could not be loaded');
      return undefined;
    }
  }

  private read(stored: StoredEvent): RecordedEvent | UnreadableEvent {
    try {
      return decode(stored);
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      this.nameOnce(error);
      return error;
    }
  }

  /** Account ids are the patients'; the position in the log says which event it is. */
  private nameOnce({ stored, reason }: UnreadableEvent): void {
    if (this.named.has(stored.position) || this.named.size >= NAMED_MAX) return;
    this.named.add(stored.position);
    const { position, revision } = stored;
    this.log.warn({ position, revision, reason }, 'an event cannot be read; commands go on without it');
  }
}

/** Messages of databases may quote values. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** @throws EventLogDamaged when a stream was cut off or deleted, so that another event comes than the next one */
function requireRevision(revision: number, stored: StoredEvent): void {
  if (stored.revision !== revision) throw missingRevisions(revision, stored.revision, stored.position);
}

/** What is said of a stream with missing events: the position tells which one it is, its name is a patient's. */
export function missingRevisions(due: number, found: number, position: Position): EventLogDamaged {
  return new EventLogDamaged(
    `events are missing in a stream: revision ${due} was to come, revision ${found} is there, at position ${position}`,
  );
}
