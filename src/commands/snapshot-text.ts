import { crc32 } from 'node:zlib';
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
export const TEXT_FORMAT = 2;

/** About so many entries stand in a line: to read one of them costs as much as to read them all. */
const LINE_ENTRIES = 64;

/** The text of a snapshot is not as it was written. */
export class SnapshotDamaged extends Error {
  constructor() {
    super('the text of a snapshot is damaged');
    this.name = 'SnapshotDamaged';
  }
}

type Entry = [place: number, id: string, written: unknown];

/**
 * A snapshot as text: in the first line a checksum of all others, in the second the account, in each other one JSON of
 * some entries of a map, by their ids. So only those lines are parsed that hold what a command asks for; to parse all
 * takes most of the time of a long account's first command.
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
  const summed = lines.join('\n');
  return `${crc32(summed)}\n${summed}`;
}

/**
 * Reads the text of a snapshot; the entries of the account, when they are asked for.
 *
 * @throws SnapshotDamaged at once, so that damage in an entry is not found by a command that asks for it
 */
export function snapshotOf(text: string): Snapshot {
  const end = text.indexOf('\n');
  const summed = text.slice(end + 1);
  if (text.slice(0, end) !== String(crc32(summed))) throw new SnapshotDamaged();
  const [first, ...lines] = summed.split('\n');
  const { lastEvent, sizes, ...head } = JSON.parse(first!) as {
    revision: number;
    accountId: string;
    currency: string;
    lastEvent: string;
    sizes: number[];
  };
  if (lines.length !== sizes.reduce((sum, size) => sum + linesOf(size), 0)) throw new SnapshotDamaged();
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
    const line = lineOf(id, this.lines.length);
    return (this.#parsed[line] ??= this.#parse(line)).find(([, other]) => other === id)?.[2];
  }

  /** Keeps nothing: whoever asks for all has it then, or writes it and lets it go. */
  all(): Iterable<readonly [id: string, written: unknown]> {
    const inOrder: [string, unknown][] = [];
    for (const line of this.lines.keys()) {
      for (const [place, id, written] of this.#parse(line)) inOrder[place] = [id, written];
    }
    return inOrder;
  }

  #parse(line: number): Entry[] {
    return JSON.parse(this.lines[line]!) as Entry[];
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
