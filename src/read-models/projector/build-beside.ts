import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Projection } from '../../../projections/projection.js';
import type { Database, DatabaseTransaction, Queryable } from '../../database/database.js';
import {
  type EventStore,
  type Position,
  type StoredEvent,
  hasReached,
} from '../../event-store/event-store.js';
import { lockCheckpoint, readCheckpoint } from './checkpoint.js';
import { type DeadLetter, deadPositions, refusalOf, setAside } from './dead-letters.js';
import { RebuildAbandoned, RebuildUnderWay } from './errors.js';
import { type BuiltTables, dropGeneration, isStillThere, readGenerations } from './generations.js';
import { lockSchemas } from '../../database/lock-schemas.js';
import { shortTransaction } from '../../database/short-transaction.js';
import { FillFold, type FillPart } from './fill-fold.js';
import {
  EVENTS_A_TURN,
  type FoldedStep,
  type Item,
  type Step,
  foldStep,
  readItems,
  writeStep,
} from './step.js';
import { analyzeTables, createIndexes, createTables } from './tables.js';
import { RunningSums, writeBatch } from './write-rows.js';

/** Larger than the projector's: a row is written once a batch, however often the batch touches it. */
const BATCH_SIZE = 4_000;
/** Some 60 MB, beside what is on its way out. */
const ROWS_KEPT_MAX = 100_000;
/** More would keep other work of the process, and who reads from PGlite, waiting. */
const ROWS_A_PART = 5_000;
/** Without a sign of life for so long, what somebody builds may be dropped by others. */
const LEASE = '2 minutes';
const LEASE_RENEWED_EVERY_MS = 20_000;
/** Rounds of catching up before the checkpoint is held for the rest. */
const ROUNDS_MAX = 10;
const FEW_EVENTS = 2_000;

export interface BuildProgress {
  events: number;
  position: Position | undefined;
  /** The position to be reached, as far as it is known. */
  target: Position | undefined;
}

type OnProgress = (progress: BuildProgress) => void;

export interface Built {
  /** Events read from the log. */
  events: number;
  seconds: number;
}

export interface BesideOptions {
  /** Whether these are all projections there are. */
  all: boolean;
  /** The term of the leader that builds them: when a later one begins, they may be dropped at once. */
  term?: number | undefined;
  /** Gives up, soon. */
  signal?: AbortSignal | undefined;
  /** Events read before what they add is written. */
  batchSize?: number;
  /** Rows kept in memory while the tables are filled, before they are written. */
  rowsKeptMax?: number;
  /** Of these, rows written in one transaction. */
  rowsAPart?: number;
}

/** An event that only a set of all projections may set aside turned up while some of them were built. */
export class PoisonInPart extends Error {
  constructor(readonly position: Position) {
    super(`the event at ${position} cannot be projected any more: all projections must be rebuilt`);
    this.name = 'PoisonInPart';
  }
}

/**
 * A second set of tables for some projections, built from the start of the log while the live ones go on. When it has
 * reached their checkpoint it `join`s them: from then on the projector writes both in the same transactions, so that
 * they can be compared at leisure, and taking the place of the live ones changes names only, never what a reader sees.
 *
 * Which events are left out: a set of all projections decides anew, so an event that can be projected by now is no
 * dead letter any more. A set of some projections leaves out what the live ones leave out, since an event is in all
 * projections or in none; should it meet an event that it cannot take, it gives up with {@link PoisonInPart}.
 */
export class BesideTables {
  readonly #database: Database;
  readonly #store: EventStore;
  readonly #projections: readonly Projection[];
  readonly #targets: readonly BuiltTables[];
  readonly #builtBy: string;
  readonly #options: BesideOptions;
  readonly #sums = new RunningSums();
  readonly #lease: NodeJS.Timeout;
  /** Up to where all is written; the tables are empty while there is none. */
  #position: Position | undefined;
  #indexed = false;
  #events = 0;

  private constructor(
    database: Database,
    store: EventStore,
    projections: readonly Projection[],
    targets: readonly BuiltTables[],
    builtBy: string,
    options: BesideOptions,
  ) {
    this.#database = database;
    this.#store = store;
    this.#projections = projections;
    this.#targets = targets;
    this.#builtBy = builtBy;
    this.#options = options;
    let isRenewing = false;
    this.#lease = setInterval(() => {
      if (isRenewing) return;
      isRenewing = true;
      // When it fails, so does the next batch.
      void this.#renewLease(database)
        .catch(() => undefined)
        .finally(() => (isRenewing = false));
    }, LEASE_RENEWED_EVERY_MS).unref();
  }

  /**
   * Creates the tables, empty.
   *
   * @throws RebuildUnderWay when somebody else is at it
   * @throws LaterLeader
   */
  static async begin(
    database: Database,
    store: EventStore,
    projections: readonly Projection[],
    options: BesideOptions,
  ): Promise<BesideTables> {
    const builtBy = randomUUID();
    const targets = await shortTransaction(database, async (tx) => {
      await lockSchemas(tx);
      await lockCheckpoint(tx, options.term);
      const generations = await readGenerations(tx);
      for (const { name, generation, state, abandoned } of generations) {
        if (state === 'live') continue;
        if (!abandoned) throw new RebuildUnderWay();
        await dropGeneration(tx, name, generation);
      }
      await sql`delete from ledger_internal.dead_letters_beside`.execute(tx);
      const begun: BuiltTables[] = [];
      for (const projection of projections) {
        const { name, version } = projection;
        const generation =
          1 + Math.max(0, ...generations.filter((g) => g.name === name).map((g) => g.generation));
        await createTables(tx, projection, generation);
        await sql`
          insert into ledger_internal.generations
            (name, generation, version, state, lease_until, built_by, leader_term)
          values (${name}, ${generation}, ${version}, 'building', now() + ${LEASE}::interval,
            ${builtBy}::uuid, ${options.term ?? null}::bigint)`.execute(tx);
        begun.push({ name, generation, builtBy });
      }
      return begun;
    });
    return new BesideTables(database, store, projections, targets, builtBy, options);
  }

  get targets(): readonly BuiltTables[] {
    return this.#targets;
  }

  /** Fills the tables up to the checkpoint of the live ones, or near it while that moves on. */
  async build(onProgress: OnProgress = () => undefined): Promise<Built> {
    const started = performance.now();
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const target = (await readCheckpoint(this.#database))?.position;
      const before = this.#events;
      if (target !== undefined) await this.#buildTo(target, onProgress);
      if (this.#events - before < FEW_EVENTS) break;
    }
    return { events: this.#events, seconds: (performance.now() - started) / 1000 };
  }

  /** Before they are read, by a comparison or by everybody. */
  async analyze(): Promise<void> {
    for (const target of this.#targets) {
      this.#options.signal?.throwIfAborted();
      await analyzeTables(this.#database, this.#projectionOf(target), target.generation);
    }
  }

  /**
   * Catches up to exactly the checkpoint of the live tables while holding it, and calls `joined` in the same
   * transaction; `first` is called before the checkpoint is taken.
   */
  async join(
    joined: (tx: DatabaseTransaction) => Promise<void>,
    first: (tx: DatabaseTransaction) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    for (;;) {
      this.#options.signal?.throwIfAborted();
      const live = (await readCheckpoint(this.#database))?.position;
      if (live !== undefined) await this.#buildTo(live);
      await this.#index();
      try {
        await shortTransaction(this.#database, async (tx) => {
          await first(tx);
          const { position } = await lockCheckpoint(tx, this.#options.term);
          if (position !== undefined && !hasReached(this.#position, position)) {
            const items = await this.#readTo(position, tx);
            await this.#writeIn(tx, await foldStep(this.#projections, { items, to: position }));
            this.#position = position;
          }
          await joined(tx);
        });
        return;
      } catch (error) {
        this.#sums.forget();
        this.#position = live;
        // An event to set aside: that is done without holding the checkpoint, then we try again.
        if (refusalOf(error) === undefined) throw error;
      }
    }
  }

  /** From now on the projector writes these tables too. */
  async writtenTogether(tx: Queryable): Promise<void> {
    await sql`
      update ledger_internal.generations set state = 'beside', position = null
      where built_by = ${this.#builtBy}::uuid`.execute(tx);
  }

  /** Drops the tables, unless others have done so: then what is under their number is not ours. */
  async drop(): Promise<void> {
    await shortTransaction(this.#database, async (tx) => {
      await lockSchemas(tx);
      await lockCheckpoint(tx);
      const generations = await readGenerations(tx);
      const ours = this.#targets.filter((target) => isStillThere(generations, target));
      for (const { name, generation } of ours) await dropGeneration(tx, name, generation);
      if (ours.length > 0) await sql`delete from ledger_internal.dead_letters_beside`.execute(tx);
    });
  }

  /** Stops claiming the tables; they are live by now, or dropped. */
  release(): void {
    clearInterval(this.#lease);
  }

  /** Builds from where the tables stand to a position that the live ones have passed. */
  async #buildTo(target: Position, onProgress: OnProgress = () => undefined): Promise<void> {
    if (this.#position === undefined && (await this.#fillTo(target, onProgress))) return;
    if (hasReached(this.#position, target)) return;
    const writing = new OneAhead();
    for await (const { items, to } of this.#batchesTo(target, this.#options.batchSize ?? BATCH_SIZE)) {
      const step = await foldStep(this.#projections, { items, to });
      await writing.begin(async () => {
        await this.#write(step);
        onProgress({ events: this.#events, position: to, target });
      });
    }
    await writing.done();
  }

  /**
   * Fills empty tables up to a position. Where PostgreSQL refuses a row, nobody can say which event it came of: all is
   * taken back, to be built in steps that are small enough to find out.
   *
   * @returns whether they are filled; otherwise they are empty again
   */
  async #fillTo(target: Position, onProgress: OnProgress): Promise<boolean> {
    const { batchSize = BATCH_SIZE, rowsKeptMax = ROWS_KEPT_MAX, rowsAPart = ROWS_A_PART } = this.#options;
    const fold = new FillFold(this.#projections, { batchSize, rowsKeptMax, rowsAPart });
    const writing = new OneAhead();
    try {
      // Folded soon after they are read: what lives as long as a batch is dear to the collector.
      for await (const { items, to } of this.#batchesTo(target, Math.min(batchSize, EVENTS_A_TURN))) {
        for await (const part of fold.partsOf(items, to === target)) {
          this.#options.signal?.throwIfAborted();
          await writing.begin(async () => {
            await this.#fill(part);
            onProgress({ events: this.#events, position: to, target });
          });
        }
      }
      await writing.done();
      await this.#index();
      await shortTransaction(this.#database, (tx) => this.#moveOn(tx, 0, target));
      this.#position = target;
      return true;
    } catch (error) {
      if (refusalOf(error) === undefined) throw error;
      await this.#startOver();
      return false;
    }
  }

  async *#batchesTo(target: Position, batchSize: number): AsyncGenerator<Step> {
    const { signal } = this.#options;
    const skipped = await this.#skipped(this.#database);
    let events: StoredEvent[] = [];
    for await (const stored of this.#store.readAll(this.#after())) {
      signal?.throwIfAborted();
      if (!hasReached(target, stored.position)) break;
      events.push(stored);
      if (events.length < batchSize || stored.position === target) continue;
      yield { items: withoutSkipped(await readItems(events), skipped), to: stored.position };
      events = [];
    }
    yield { items: withoutSkipped(await readItems(events), skipped), to: target };
  }

  async #readTo(target: Position, tx: Queryable): Promise<readonly Item[]> {
    const skipped = await this.#skipped(tx);
    const events: StoredEvent[] = [];
    for await (const stored of this.#store.readAll(this.#after())) {
      if (!hasReached(target, stored.position)) break;
      events.push(stored);
    }
    return withoutSkipped(await readItems(events), skipped);
  }

  #after(): { after?: Position } {
    return this.#position === undefined ? {} : { after: this.#position };
  }

  async #skipped(db: Queryable): Promise<ReadonlySet<Position>> {
    return this.#options.all ? new Set() : deadPositions(db);
  }

  async #write(step: FoldedStep): Promise<void> {
    await writeStep(this.#projections, step, async (part) => {
      try {
        await shortTransaction(this.#database, (tx) => this.#writeIn(tx, part));
      } catch (error) {
        this.#sums.forget();
        throw error;
      }
      this.#position = part.to;
      this.#events += part.items.length;
    });
  }

  async #writeIn(tx: Queryable, step: FoldedStep): Promise<void> {
    this.#requireTaken(step.dead);
    await this.#moveOn(tx, step.items.length, step.to);
    await writeBatch(tx, this.#targets, step.rows, this.#sums);
    await setAside(tx, 'dead_letters_beside', step.dead);
  }

  /** Rows of what was read, of which others are still to come: the position stays. */
  async #fill({ rows, dead, events }: FillPart): Promise<void> {
    this.#requireTaken(dead);
    await shortTransaction(this.#database, async (tx) => {
      await this.#moveOn(tx, events);
      await writeBatch(tx, this.#targets, rows, this.#sums);
      await setAside(tx, 'dead_letters_beside', dead);
    });
    this.#events += events;
  }

  /** A set of some projections cannot set aside what the live ones have taken. */
  #requireTaken([dead]: readonly DeadLetter[]): void {
    if (dead && !this.#options.all) throw new PoisonInPart(dead.stored.position);
  }

  /** Creates the indexes, once: over rows that are there that takes half as long as row by row. */
  async #index(): Promise<void> {
    if (this.#indexed) return;
    for (const target of this.#targets) {
      this.#options.signal?.throwIfAborted();
      const requireOurs = () => shortTransaction(this.#database, (tx) => this.#moveOn(tx, 0));
      await requireOurs();
      try {
        // Outside of a transaction, which would keep the lease from being renewed meanwhile.
        await createIndexes(this.#database, this.#projectionOf(target), target.generation);
      } catch (error) {
        await requireOurs();
        throw error;
      }
    }
    this.#indexed = true;
  }

  async #startOver(): Promise<void> {
    await shortTransaction(this.#database, async (tx) => {
      await lockSchemas(tx);
      await this.#moveOn(tx, -this.#events);
      for (const target of this.#targets) {
        await createTables(tx, this.#projectionOf(target), target.generation);
        await createIndexes(tx, this.#projectionOf(target), target.generation);
      }
      await sql`delete from ledger_internal.dead_letters_beside`.execute(tx);
    });
    this.#sums.forget();
    this.#indexed = true;
    this.#events = 0;
  }

  #projectionOf(target: BuiltTables): Projection {
    return this.#projections.find(({ name }) => name === target.name)!;
  }

  /**
   * Says that we are at it, and how far.
   *
   * @throws RebuildAbandoned
   */
  async #moveOn(tx: Queryable, events: number, to = this.#position): Promise<void> {
    const { rows } = await sql`
      update ledger_internal.generations
      set position = ${to ?? null}::bigint, events = events + ${events}::bigint,
          lease_until = now() + ${LEASE}::interval
      where built_by = ${this.#builtBy}::uuid and state = 'building'
        and position is not distinct from ${this.#position ?? null}::bigint
      returning name`.execute(tx);
    if (rows.length < this.#targets.length) throw new RebuildAbandoned();
  }

  async #renewLease(db: Queryable): Promise<void> {
    await sql`
      update ledger_internal.generations set lease_until = now() + ${LEASE}::interval
      where built_by = ${this.#builtBy}::uuid and state <> 'live'`.execute(db);
  }
}

/** Writes one thing while the next is made ready. */
class OneAhead {
  #writing: Promise<void> = Promise.resolve();

  /** Begins to write when what was begun before is written. */
  async begin(write: () => Promise<void>): Promise<void> {
    await this.#writing;
    this.#writing = write();
    // Awaited with the next.
    this.#writing.catch(() => undefined);
  }

  async done(): Promise<void> {
    await this.#writing;
  }
}

function withoutSkipped(items: readonly Item[], skipped: ReadonlySet<Position>): readonly Item[] {
  if (skipped.size === 0) return items;
  return items.map((item) => (skipped.has(item.stored.position) ? { stored: item.stored } : item));
}
