import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Logger } from 'pino';
import { projections } from '../../projections/all.js';
import { CLOCK, type Clock } from '../clock.js';
import { DATABASE, type Database } from '../database/database.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { LOG } from '../logging.js';
import { PROJECTION_STATUS, type ProjectionStatusProvider } from '../operations/projection-status.js';
import { AccountsController } from './controllers/accounts.controller.js';
import { RemittanceQueriesController } from './controllers/remittance-queries.controller.js';
import { ReportsController } from './controllers/reports.controller.js';
import { ProjectionsNewer, SchemaNewer } from './projector/errors.js';
import { requireNothingNewer } from './projector/newer.js';
import { projectionStatuses } from './projector/projection-statuses.js';
import { ProjectionProgress } from './projector/progress.js';
import { PROJECTOR, Projector } from './projector/projector.js';
import type { ReadModels } from './projector/rebuild.js';
import { QUERIES, QUERY_PROVIDERS } from './queries/query-providers.js';
import { ReadModelsOfAnotherLog } from './queries/refusals.js';
import { installViews } from './views/install-views.js';

/** Injection token of what `rebuild` and `verify` work on. */
export const READ_MODELS = Symbol('ReadModels');

/** Whether this process projects: the service does, most commands do not. */
const PROJECTING = Symbol('Projecting');

/** Asked of the database too: the projector may not have looked yet, or be another process. */
async function troubleOf(
  { database }: ReadModels,
  progress: ProjectionProgress,
  projector: Projector,
): Promise<string | undefined> {
  try {
    await progress.requireSameLog();
    await requireNothingNewer(database, projections);
  } catch (error) {
    if (error instanceof ReadModelsOfAnotherLog) return error.code;
    if (error instanceof ProjectionsNewer || error instanceof SchemaNewer) return error.name;
    throw error;
  }
  return projector.trouble();
}

/** The read models: the projector that fills them, and the queries that read them. */
@Module({})
export class ReadModelsModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(PROJECTOR) private readonly projector: Projector,
    @Inject(PROJECTING) private readonly projecting: boolean,
  ) {}

  /** @param projecting whether to follow the log from the start of the application to its end */
  static register({ projecting }: { projecting: boolean }): DynamicModule {
    return {
      module: ReadModelsModule,
      global: true,
      controllers: [AccountsController, ReportsController, RemittanceQueriesController],
      providers: [
        { provide: PROJECTING, useValue: projecting },
        {
          provide: READ_MODELS,
          inject: [DATABASE, EVENT_STORE],
          useFactory: (database: Database, store: EventStore): ReadModels => ({
            database,
            store,
            projections,
            installViews,
          }),
        },
        {
          provide: ProjectionProgress,
          inject: [DATABASE, EVENT_STORE],
          useFactory: (database: Database, store: EventStore) => new ProjectionProgress(database, store),
        },
        {
          provide: PROJECTOR,
          inject: [READ_MODELS, ProjectionProgress, CLOCK, LOG],
          useFactory: (readModels: ReadModels, progress: ProjectionProgress, clock: Clock, log: Logger) =>
            new Projector({ ...readModels, progress, clock, log }),
        },
        {
          provide: PROJECTION_STATUS,
          inject: [READ_MODELS, ProjectionProgress, PROJECTOR],
          useFactory: (
            readModels: ReadModels,
            progress: ProjectionProgress,
            projector: Projector,
          ): ProjectionStatusProvider => ({
            projectionStatus: () => projectionStatuses(readModels.database),
            trouble: () => troubleOf(readModels, progress, projector),
            leading: () => projector.leading(),
          }),
        },
        ...QUERY_PROVIDERS,
      ],
      exports: [READ_MODELS, ProjectionProgress, PROJECTOR, PROJECTION_STATUS, ...QUERIES],
    };
  }

  onApplicationBootstrap(): void {
    if (this.projecting) this.projector.start();
  }

  /** Before the storage is closed. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.projector.stop();
  }
}
