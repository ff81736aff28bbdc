import { UnreadableEvent, isInstant } from '../event-store/codec.js';
import { msOf } from '../ledger/calendar.js';
import { type Account, evolve, rememberUnreadable, unopenedAccount } from '../ledger/account.js';
import type { AccountEvent } from '../ledger/events.js';
import { Shelf } from '../ledger/shelf.js';
import { ACCOUNT_MAPS } from '../ledger/snapshot.js';

/** The folded state of an account's stream, and what the next append needs to know of its last event. */
export class FoldedAccount {
  /** In ms since 1970; what comes next is not recorded earlier. */
  lastRecordedAt = 0;
  lastEvent = '';
  /** Events behind the newest snapshot that is known of. */
  snapshotEvents = 0;
  private logged: number;

  private constructor(readonly account: Account) {
    this.logged = account.revision + 1;
  }

  static unopened(): FoldedAccount {
    return new FoldedAccount(unopenedAccount());
  }

  /** @param account as a snapshot has it */
  static from(account: Account): FoldedAccount {
    const folded = new FoldedAccount(account);
    folded.snapshotEvents = folded.events;
    return folded;
  }

  /** How many events of the log have been folded. */
  get events(): number {
    return this.logged;
  }

  /** Whether a draft has folded events beyond those of the log: then nobody else may see this account. */
  get isAhead(): boolean {
    return this.account.revision >= this.logged;
  }

  /** How much memory it takes, in entries of its maps. */
  get weight(): number {
    let held = 1;
    for (const name of ACCOUNT_MAPS) {
      const map: Map<string, unknown> = this.account[name];
      held += map instanceof Shelf ? map.held : map.size;
    }
    return held;
  }

  /** Folds the next event, or what is known of one that cannot be read. */
  fold(event: AccountEvent | UnreadableEvent, id: string, recordedAt: string | undefined): void {
    if (event instanceof UnreadableEvent) {
      evolve(this.account, undefined);
      if (event.entry) rememberUnreadable(this.account, event.entry);
    } else {
      evolve(this.account, event);
    }
    this.noteLogged(id, recordedAt);
  }

  /** Notes that the log holds everything that is folded, what a draft folded too: here is the last event of it. */
  noteLogged(id: string, recordedAt: string | undefined): void {
    this.logged = this.account.revision + 1;
    this.lastEvent = markOf(id, recordedAt);
    this.noteRecordedAt(recordedAt);
  }

  /** Keeps the latest instant seen; a damaged one is left out. */
  noteRecordedAt(recordedAt: string | undefined): void {
    if (isInstant(recordedAt)) this.lastRecordedAt = Math.max(this.lastRecordedAt, msOf(recordedAt));
  }
}

/** Tells an event of the log: ids follow from content, so the same command sent again after a restore has its id again. */
export function markOf(id: string, recordedAt: string | undefined): string {
  return `${id} ${recordedAt ?? ''}`;
}
