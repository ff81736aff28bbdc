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
import { deadPositions, refusalOf, setAside } from './dead-letters.js';
import { RebuildAbandoned, RebuildUnderWay } from './errors.js';
import { type BuiltTables, dropGeneration, isStillThere, readGenerations } from './generations.js';
import { lockSchemas } from '../../database/lock-schemas.js';
import { shortTransaction } from '../../database/short-transaction.js';
import { type FoldedStep, type Item, foldStep, readItems, writeStep } from './step.js';
import { analyzeTables, createIndexes, createTables } from './tables.js';
import { RunningSums, writeBatch } from './write-rows.js';

/** Larger than the projector's: a row is written once a batch, however often the batch touches it. */
const BATCH_SIZE = 4_000;
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
  readonly #options: BesideOptions;
  readonly #sums = new RunningSums();
  readonly #lease: NodeJS.Timeout;
  #position: Position | undefined;
  #events = 0;

  private constructor(
    database: Database,
    store: EventStore,
    projections: readonly Projection[],
    targets: readonly BuiltTables[],
    options: BesideOptions,
  ) {
    this.#database = database;
    this.#store = store;
    this.#projections = projections;
    this.#targets = targets;
    this.#options = options;
    this.#lease = setInterval(() => {
      // When it fails, so does the next batch.
      void this.#renewLease(database).catch(() => undefined);
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
        await createIndexes(tx, projection, generation);
        await sql`
          insert into ledger_internal.generations
            (name, generation, version, state, lease_until, built_by, leader_term)
          values (${name}, ${generation}, ${version}, 'building', now() + ${LEASE}::interval,
            ${builtBy}::uuid, ${options.term ?? null}::bigint)`.execute(tx);
        begun.push({ name, generation, builtBy });
      }
      return begun;
    });
    return new BesideTables(database, store, projections, targets, options);
  }

  get targets(): readonly BuiltTables[] {
    return this.#targets;
  }

  /** Fills the tables up to the checkpoint of the live ones, or near it while that moves on. */
  async build(onProgress: (progress: BuildProgress) => void = () => undefined): Promise<Built> {
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
    for (const { name, generation } of this.#targets) {
      this.#options.signal?.throwIfAborted();
      await analyzeTables(
        this.#database,
        this.#projections.find((p) => p.name === name)!,
        generation,
      );
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
    for (const { name, generation, builtBy } of this.#targets) {
      await sql`
        update ledger_internal.generations set state = 'beside', position = null
        where name = ${name} and generation = ${generation} and built_by = ${builtBy}::uuid`.execute(tx);
    }
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
  async #buildTo(
    target: Position,
    onProgress: (progress: BuildProgress) => void = () => undefined,
  ): Promise<void> {
    if (hasReached(this.#position, target)) return;
    const skipped = await this.#skipped(this.#database);
    let writing: Promise<void> = Promise.resolve();
    const write = async (events: readonly StoredEvent[], to: Position): Promise<void> => {
      const items = withoutSkipped(await readItems(events), skipped);
      const step = await foldStep(this.#projections, { items, to });
      await writing;
      writing = this.#write(step).then(() =>
        onProgress({ events: this.#events, position: this.#position, target }),
      );
      // Awaited with the next batch, which is folded while this one is written.
      writing.catch(() => undefined);
    };
    let events: StoredEvent[] = [];
    for await (const stored of this.#store.readAll(this.#after())) {
      this.#options.signal?.throwIfAborted();
      if (!hasReached(target, stored.position)) break;
      events.push(stored);
      if (events.length === BATCH_SIZE) {
        await write(events, stored.position);
        events = [];
      }
    }
    await write(events, target);
    await writing;
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
    const [poison] = step.dead;
    if (poison && !this.#options.all) throw new PoisonInPart(poison.stored.position);
    for (const { name, generation, builtBy } of this.#targets) {
      const { rows } = await sql`
        update ledger_internal.generations
        set position = ${step.to}::bigint, events = events + ${step.items.length}::bigint,
            lease_until = now() + ${LEASE}::interval
        where name = ${name} and generation = ${generation} and built_by = ${builtBy}::uuid and state = 'building'
          and position is not distinct from ${this.#position ?? null}::bigint
        returning name`.execute(tx);
      if (rows.length === 0) throw new RebuildAbandoned();
    }
    await writeBatch(tx, this.#targets, step.rows, this.#sums);
    await setAside(tx, 'dead_letters_beside', step.dead);
  }

  async #renewLease(db: Queryable): Promise<void> {
    for (const { name, generation, builtBy } of this.#targets) {
      await sql`
        update ledger_internal.generations set lease_until = now() + ${LEASE}::interval
        where name = ${name} and generation = ${generation} and built_by = ${builtBy}::uuid
          and state <> 'live'`.execute(db);
    }
  }
}

function withoutSkipped(items: readonly Item[], skipped: ReadonlySet<Position>): readonly Item[] {
  if (skipped.size === 0) return items;
  return items.map((item) => (skipped.has(item.stored.position) ? { stored: item.stored } : item));
}
