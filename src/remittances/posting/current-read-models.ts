import { setTimeout as delay } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../database/database.js';
import { sqlStateOf } from '../../database/database-unavailable.js';
import type { EventStore, Position } from '../../event-store/event-store.js';
import { asProblem } from '../../read-models/controllers/refusals-as-problems.js';
import { ProjectionsBehind } from '../../read-models/projector/errors.js';
import type { ProjectionProgress } from '../../read-models/projector/progress.js';
import type { Projector } from '../../read-models/projector/projector.js';
import { ReadModelsNotReady } from '../../read-models/queries/refusals.js';

/** Projections are given so long to take one batch more before they are given up on. */
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** SQLSTATE of a schema, table or column that is not there: they are being made, or made anew. */
const MISSING = ['3F000', '42P01', '42703'];

export interface CurrentReadModelsOptions {
  database: Database;
  /** The log that is projected, not one on top of it. */
  store: EventStore;
  progress: ProjectionProgress;
  /** Stands for the lead from the first time that somebody waits: it may be that nobody else projects. */
  projector: Pick<Projector, 'start'>;
  /** Left out, half a minute. */
  patienceMs?: number;
}

/** The read models as the write side of remittances asks them: first waited for, then read. */
export class CurrentReadModels {
  constructor(private readonly options: CurrentReadModelsOptions) {}

  /**
   * Resolves when everything that is in the log now is in the read models, and they are of the tables that this code
   * knows. Waits as long as they get on.
   *
   * @throws ProblemError `projections_behind`, `read_models_not_ready`, `read_models_of_another_log`,
   *   `database_unavailable`
   * @throws StoreUnavailable, and the reason of the signal
   */
  async caughtUp(signal?: AbortSignal): Promise<void> {
    const { projector, store, patienceMs = PATIENCE_MS } = this.options;
    projector.start();
    const head = await store.head();
    try {
      for (let before = await this.#passed(); ;) {
        try {
          await this.#reach(head, patienceMs, signal);
          return;
        } catch (error) {
          if (!(error instanceof ProjectionsBehind || error instanceof ReadModelsNotReady)) throw error;
          const passed = await this.#passed();
          if (passed === before) throw error;
          before = passed;
        }
      }
    } catch (error) {
      throw asProblem(error);
    }
  }

  /**
   * What a query over `ledger_read` answers.
   *
   * @throws ProblemError `read_models_not_ready`, `database_unavailable`
   */
  async rows<T>(query: RawBuilder<T>): Promise<T[]> {
    try {
      return (await query.execute(this.options.database)).rows;
    } catch (error) {
      throw asProblem(
        MISSING.includes(sqlStateOf(error) ?? '') ? new ReadModelsNotReady({ cause: error }) : error,
      );
    }
  }

  async #reach(head: Position | undefined, withinMs: number, signal?: AbortSignal): Promise<void> {
    const until = performance.now() + withinMs;
    if (head !== undefined) await this.options.progress.waitFor(head, withinMs, signal);
    while (!(await this.#isThere())) {
      if (performance.now() > until) throw new ReadModelsNotReady();
      await delay(LOOK_EVERY_MS, undefined, { signal });
    }
  }

  /** A ledger of before there were remittances has stood at the head for long, without their tables. */
  async #isThere(): Promise<boolean> {
    const { rows } = await sql<{ found: boolean }>`
      select to_regclass('ledger_read.remittances') is not null as found`.execute(this.options.database);
    return rows[0]!.found;
  }

  /** How many events the projections have passed, tables that are being built anew included. */
  async #passed(): Promise<string> {
    const { database } = this.options;
    const there = await sql<{ found: boolean }>`
      select to_regclass('ledger_internal.checkpoint') is not null
        and to_regclass('ledger_internal.generations') is not null as found`.execute(database);
    if (!there.rows[0]!.found) return '0';
    const { rows } = await sql<{ events: string }>`
      select (select coalesce(max(events), 0) from ledger_internal.checkpoint)
        + (select coalesce(sum(events), 0) from ledger_internal.generations where state = 'building') as events`.execute(
      database,
    );
    return rows[0]!.events;
  }
}
