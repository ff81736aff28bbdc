import type { Account } from '../ledger/account.js';
import type { ShelfSource } from '../ledger/shelf.js';
import { ACCOUNT_MAPS, shelved, toSnapshot } from '../ledger/snapshot.js';

/** A folded account as it was at a revision, and the event it was folded up to. */
export interface Snapshot {
  account: Account;
  /** What the last event folded is known by: tells whether the snapshot is of this log or of another one. */
  lastEvent: string;
}

/** Raise it whenever the text has another form, so that others are not read. */
export const TEXT_FORMAT = 1;

/** About so many entries stand in a line: to read one of them costs as much as to read them all. */
const LINE_ENTRIES = 64;

type Entry = [place: number, id: string, written: unknown];

/**
 * A snapshot as text: in the first line the account, in each other one JSON of some entries of a map, by their ids. So
 * only those lines are parsed that hold what a command asks for; to parse all takes most of the time of a long account's
 * first command.
 */
export function snapshotText({ account, lastEvent }: Snapshot): string {
  const { revision, accountId, currency, ...maps } = toSnapshot(account);
  const sizes = ACCOUNT_MAPS.map((name) => maps[name].length);
  const lines = [JSON.stringify({ revision, accountId, currency, lastEvent, sizes })];
  for (const name of ACCOUNT_MAPS) {
    const entries = maps[name];
    const perLine = Array.from({ length: linesOf(entries.length) }, (): Entry[] => []);
    for (const [place, [id, written]] of entries.entries()) {
      perLine[lineOf(id, perLine.length)]!.push([place, id, written]);
    }
    for (const some of perLine) lines.push(JSON.stringify(some));
  }
  return lines.join('\n');
}

/** Reads the text of a snapshot; the entries of the account, when they are asked for. */
export function snapshotOf(text: string): Snapshot {
  const [first, ...lines] = text.split('\n');
  const { lastEvent, sizes, ...head } = JSON.parse(first!) as {
    revision: number;
    accountId: string;
    currency: string;
    lastEvent: string;
    sizes: number[];
  };
  const account = shelved(head, (name) => {
    const size = sizes[ACCOUNT_MAPS.indexOf(name)]!;
    return new Lines(size, lines.splice(0, linesOf(size)));
  });
  return { account, lastEvent };
}

/** The entries of a map in their lines. */
class Lines implements ShelfSource<unknown> {
  readonly #parsed: (Entry[] | undefined)[] = [];

  constructor(
    readonly size: number,
    private readonly lines: readonly string[],
  ) {}

  get(id: string): unknown {
    if (this.size === 0) return undefined;
    return this.#entriesIn(lineOf(id, this.lines.length)).find(([, other]) => other === id)?.[2];
  }

  all(): Iterable<readonly [id: string, written: unknown]> {
    const inOrder: [string, unknown][] = [];
    for (const line of this.lines.keys()) {
      for (const [place, id, written] of this.#entriesIn(line)) inOrder[place] = [id, written];
    }
    return inOrder;
  }

  #entriesIn(line: number): Entry[] {
    return (this.#parsed[line] ??= JSON.parse(this.lines[line]!) as Entry[]);
  }
}

function linesOf(entries: number): number {
  return Math.ceil(entries / LINE_ENTRIES);
}

/** In which of so many lines an entry stands. */
function lineOf(id: string, lines: number): number {
  let hash = 0;
  for (let at = 0; at < id.length; at += 1) hash = (Math.imul(hash, 31) + id.charCodeAt(at)) >>> 0;
  return hash % lines;
}
