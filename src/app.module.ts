import {
  type DynamicModule,
  Global,
  type INestApplicationContext,
  Inject,
  Module,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Logger } from 'pino';
import { CLOCK, type Clock, SHARED_CLOCK, systemClock } from './clock.js';
import { ClockGuard } from './commands/clock-guard.js';
import { CommandsModule } from './commands/commands.module.js';
import { startClockGuard } from './commands/start-clock-guard.js';
import { SNAPSHOTS } from './commands/snapshots.js';
import { Accounts, TRANSACT_OBSERVER } from './commands/transact.js';
import { openDocuments, openTemporaryDocuments } from './composition-documents.js';
import { STORAGE, Storage, openStorage } from './composition.js';
import { CONFIG, type Config } from './config.js';
import { DATABASE } from './database/database.js';
import { EmbeddedEventStore } from './event-store/embedded/embedded-event-store.js';
import { EVENT_STORE } from './event-store/event-store.js';
import { LOG, createLogger, nestOptions } from './logging.js';
import { Metrics } from './operations/metrics.js';
import { OperationsModule } from './operations/operations.module.js';
import { TracedEventStore } from './operations/traced-event-store.js';
import { ReadModelsModule } from './read-models/read-models.module.js';
import { DOCUMENTS, TEMPORARY_DOCUMENTS } from './remittances/documents/document-store.js';
import { RemittancesModule } from './remittances/remittances.module.js';
import { STOPPING } from './stopping.js';

export interface AppOptions {
  clock?: Clock;
  log?: Logger;
  /** False for a process that only writes events: neither database nor projections are opened. */
  readModels?: boolean;
  /** Whether to follow the log with the projections from start to end, as the service does. */
  projecting?: boolean;
  /** Whether to go on with remittances that an earlier process left unfinished, as the service does. */
  resuming?: boolean;
  /** Told when the storage is open, so that it can be closed should the rest of the start fail. */
  onStorage?: (storage: Storage) => void;
}

/** What every part may ask for. */
@Global()
@Module({})
class PlatformModule {
  static register(config: Config, options: AppOptions): DynamicModule {
    const log = options.log ?? createLogger(config.logLevel);
    const withDatabase = options.readModels ?? true;
    const clock = options.clock ?? systemClock;
    const providers: Provider[] = [
      { provide: CONFIG, useValue: config },
      { provide: CLOCK, useValue: clock },
      { provide: LOG, useValue: log },
      {
        provide: STORAGE,
        useFactory: async () => {
          const storage = await openStorage(config, { withDatabase, warn: (text) => log.warn(text) });
          options.onStorage?.(storage);
          return storage;
        },
      },
      {
        provide: EVENT_STORE,
        inject: [STORAGE],
        useFactory: ({ store }: Storage) => (config.traces ? new TracedEventStore(store) : store),
      },
      { provide: STOPPING, useFactory: () => new AbortController() },
      ...(withDatabase
        ? [
            { provide: DATABASE, inject: [STORAGE], useFactory: ({ database }: Storage) => database },
            {
              provide: DOCUMENTS,
              inject: [STORAGE],
              useFactory: ({ database }: Storage) => openDocuments(config, database!),
            },
            { provide: TEMPORARY_DOCUMENTS, useValue: openTemporaryDocuments },
          ]
        : []),
      {
        provide: SNAPSHOTS,
        inject: [STORAGE],
        useFactory: ({ snapshots }: Storage) => snapshots,
      },
      {
        provide: ClockGuard,
        inject: [STORAGE],
        useFactory: async ({ store, database }: Storage) => {
          const lastEvent = store instanceof EmbeddedEventStore ? await store.last() : undefined;
          return startClockGuard({ config, clock, log, database, lastEvent });
        },
      },
      { provide: SHARED_CLOCK, useExisting: ClockGuard },
      Metrics,
      { provide: TRANSACT_OBSERVER, useExisting: Metrics },
    ];
    return {
      module: PlatformModule,
      providers,
      exports: providers.map((provider) => ('provide' in provider ? provider.provide : provider)),
    };
  }
}

/** The composition root: the one place where ports meet their adapters. */
@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(
    @Inject(STORAGE) private readonly storage: Storage,
    private readonly accounts: Accounts,
  ) {}

  static register(config: Config, options: AppOptions = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.register(config, options),
        CommandsModule,
        ...((options.readModels ?? true)
          ? [
              ReadModelsModule.register({ projecting: options.projecting ?? false }),
              RemittancesModule.register({ resuming: options.resuming ?? false }),
            ]
          : []),
        OperationsModule,
      ],
    };
  }

  /** HTTP has ended, and so have the projections: finish the commands under way, then close. */
  async onApplicationShutdown(): Promise<void> {
    await this.accounts.idle();
    await this.storage.close();
  }
}

/**
 * The whole ledger without HTTP, for the command line. Call `close()` when done.
 *
 * @throws what `openStorage` throws
 */
export async function createLedger(
  config: Config,
  options: AppOptions = {},
): Promise<INestApplicationContext> {
  const log = options.log ?? createLogger(config.logLevel);
  return closingOnFailure(options, (own) =>
    NestFactory.createApplicationContext(AppModule.register(config, { ...own, log }), nestOptions(log)),
  );
}

/** Whatever was opened is closed again when the start fails, so that nothing keeps the process or the folder. */
export async function closingOnFailure<T>(
  options: AppOptions,
  start: (options: AppOptions) => Promise<T>,
): Promise<T> {
  let opened: Storage | undefined;
  try {
    return await start({
      ...options,
      onStorage: (storage) => {
        opened = storage;
        options.onStorage?.(storage);
      },
    });
  } catch (error) {
    await opened?.close();
    throw error;
  }
}
