import type { Projection } from '../../../projections/projection.js';
import type { Database } from '../../database/database.js';
import { shortTransaction } from '../../database/short-transaction.js';
import type { Position } from '../../event-store/event-store.js';
import {
  type Checkpoint,
  NOTHING_PROJECTED,
  lockCheckpoint,
  moveCheckpoint,
  readCheckpoint,
} from './checkpoint.js';
import { countDeadLetters, setAside } from './dead-letters.js';
import { CheckpointMoved, ProjectionsDiffer } from './errors.js';
import { type Generation, dropGeneration, readGenerations } from './generations.js';
import { markOf } from './same-log.js';
import { type FoldedStep, foldStep } from './step.js';
import { RunningSums, writeBatch } from './write-rows.js';

/**
 * The tables that are read, as a leader writes them: rows and checkpoint in one transaction, which is refused when the
 * checkpoint is not where this leader left it, or when a later one has begun.
 */
export class LiveTables {
  readonly #database: Database;
  readonly #projections: readonly Projection[];
  readonly #sums = new RunningSums();
  #term: number | undefined;
  #standing: Checkpoint = NOTHING_PROJECTED;
  #deadLetters = 0;
  #writesBegun = 0;
  #writesEnded = 0;

  constructor(database: Database, projections: readonly Projection[]) {
    this.#database = database;
    this.#projections = projections;
  }

  /** Where they stood when they were taken up, or written since. */
  get standing(): Checkpoint {
    return this.#standing;
  }

  /** Events set aside up to there. */
  get deadLetters(): number {
    return this.#deadLetters;
  }

  /**
   * Goes on from where they are now, in a term that has begun.
   *
   * @throws ProjectionsDiffer
   */
  async takeUp(term: number): Promise<void> {
    requireSameVersions(this.#projections, await readGenerations(this.#database));
    this.#term = term;
    this.#sums.forget();
    this.#standing = (await readCheckpoint(this.#database)) ?? NOTHING_PROJECTED;
    this.#deadLetters = await countDeadLetters(this.#database);
  }

  /**
   * Writes a step.
   *
   * @throws LaterLeader, CheckpointMoved, ProjectionsDiffer, and what the database says; nothing is written then
   */
  async write(step: FoldedStep): Promise<void> {
    const last = step.items.at(-1);
    const lastEvent = last && markOf(last.stored);
    this.#writesBegun += 1;
    try {
      await shortTransaction(this.#database, async (tx) => {
        const there = await lockCheckpoint(tx, this.#term);
        if (!this.#isWhereLeft(there)) throw new CheckpointMoved(this.#standing.position, there.position);
        const targets: Generation[] = [];
        for (const generation of await readGenerations(tx)) {
          if (generation.state === 'building') continue;
          if (generation.abandoned) await dropGeneration(tx, generation.name, generation.generation);
          else targets.push(generation);
        }
        requireSameVersions(this.#projections, targets);
        await writeBatch(tx, targets, step.rows, this.#sums);
        await setAside(tx, 'dead_letters', step.dead);
        if (targets.some(({ state }) => state === 'beside'))
          await setAside(tx, 'dead_letters_beside', step.dead);
        await moveCheckpoint(tx, {
          position: step.to,
          events: step.items.length,
          recordedAt: step.recordedAt,
          lastEvent,
        });
      });
      this.#standing = {
        position: step.to,
        events: this.#standing.events + step.items.length,
        recordedAt: step.recordedAt ?? this.#standing.recordedAt,
        lastEvent: lastEvent ?? this.#standing.lastEvent,
      };
      this.#deadLetters += step.dead.length;
    } catch (error) {
      this.#sums.forget();
      throw error;
    } finally {
      this.#writesEnded += 1;
    }
  }

  /** Moves the checkpoint to a place up to which there is nothing to write. */
  async passBy(to: Position): Promise<void> {
    await this.write(await foldStep(this.#projections, { items: [], to }));
  }

  /**
   * Makes sure that nobody else has moved the checkpoint; says nothing while a write of our own is under way.
   *
   * @throws CheckpointMoved
   */
  async requireWhereLeft(): Promise<void> {
    const begun = this.#writesBegun;
    if (begun !== this.#writesEnded) return;
    const there = (await readCheckpoint(this.#database)) ?? NOTHING_PROJECTED;
    if (begun !== this.#writesBegun || this.#isWhereLeft(there)) return;
    throw new CheckpointMoved(this.#standing.position, there.position);
  }

  #isWhereLeft({ position, lastEvent }: Checkpoint): boolean {
    return position === this.#standing.position && lastEvent === this.#standing.lastEvent;
  }
}

function requireSameVersions(projections: readonly Projection[], targets: readonly Generation[]): void {
  const differing = projections.filter(
    ({ name, version }) =>
      !targets.some((target) => target.name === name && target.state === 'live') ||
      targets.some(
        (target) => target.name === name && target.state !== 'building' && target.version !== version,
      ),
  );
  if (differing.length > 0) throw new ProjectionsDiffer(differing.map(({ name }) => name));
}
