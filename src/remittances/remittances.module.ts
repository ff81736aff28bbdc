import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type Provider,
} from '@nestjs/common';
import type { Logger } from 'pino';
import { CLOCK, type Clock } from '../clock.js';
import { ClockGuard } from '../commands/clock-guard.js';
import { CommandsModule } from '../commands/commands.module.js';
import { Today } from '../commands/today.js';
import { Accounts, TRANSACT_OBSERVER, type TransactObserver } from '../commands/transact.js';
import { CONFIG, type Config } from '../config.js';
import { DATABASE, type Database } from '../database/database.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { LOG } from '../logging.js';
import { ProjectionProgress } from '../read-models/projector/progress.js';
import { PROJECTOR, type Projector } from '../read-models/projector/projector.js';
import { STOPPING } from '../stopping.js';
import { ControlAccountsController } from './controllers/control-accounts.controller.js';
import { DepositsController } from './controllers/deposits.controller.js';
import { RemittancesController } from './controllers/remittances.controller.js';
import { Deposits } from './deposits/deposits.js';
import { Reconciliation } from './deposits/reconciliation.js';
import { DOCUMENTS, type DocumentStore, TEMPORARY_DOCUMENTS } from './documents/document-store.js';
import { CLAIM_DIRECTORY, type ClaimDirectory } from './posting/claim-directory.js';
import { ControlBookings } from './posting/control-bookings.js';
import { CurrentReadModels } from './posting/current-read-models.js';
import { DatabaseClaimDirectory } from './posting/database-claim-directory.js';
import { DatabaseUnfinishedWork } from './posting/database-unfinished-work.js';
import { RemittanceImport } from './posting/remittance-import.js';
import { StreamWriter } from './posting/stream-writer.js';
import { UNFINISHED_WORK, type UnfinishedWork } from './posting/unfinished-work.js';
import { rehearsal } from './rehearsal.js';
import { resumeInTime } from './resume-in-time.js';
import { Remittances } from './remittances.js';

const PROVIDERS: Provider[] = [
  {
    provide: StreamWriter,
    inject: [EVENT_STORE, CLOCK, ClockGuard, TRANSACT_OBSERVER],
    useFactory: (store: EventStore, clock: Clock, clockGuard: ClockGuard, observer: TransactObserver) =>
      new StreamWriter({ store, clock, clockGuard, observer }),
  },
  {
    provide: CurrentReadModels,
    inject: [DATABASE, EVENT_STORE, ProjectionProgress, PROJECTOR],
    useFactory: (database: Database, store: EventStore, progress: ProjectionProgress, projector: Projector) =>
      new CurrentReadModels({ database, store, progress, projector }),
  },
  {
    provide: CLAIM_DIRECTORY,
    inject: [CurrentReadModels],
    useFactory: (readModels: CurrentReadModels) => new DatabaseClaimDirectory(readModels),
  },
  {
    provide: UNFINISHED_WORK,
    inject: [CurrentReadModels],
    useFactory: (readModels: CurrentReadModels) => new DatabaseUnfinishedWork(readModels),
  },
  {
    provide: Reconciliation,
    inject: [CurrentReadModels, EVENT_STORE, StreamWriter],
    useFactory: (readModels: CurrentReadModels, store: EventStore, writer: StreamWriter) =>
      new Reconciliation(readModels, { store, writer }),
  },
  {
    provide: Deposits,
    inject: [EVENT_STORE, StreamWriter, CLOCK, CONFIG],
    useFactory: (store: EventStore, writer: StreamWriter, clock: Clock, { timeZone }: Config) =>
      new Deposits({ store, writer, today: new Today(clock, timeZone) }),
  },
  {
    provide: ControlBookings,
    inject: [EVENT_STORE, StreamWriter, CLOCK, CONFIG],
    useFactory: (store: EventStore, writer: StreamWriter, clock: Clock, { timeZone }: Config) =>
      new ControlBookings({ store, writer, today: new Today(clock, timeZone) }),
  },
  {
    provide: RemittanceImport,
    inject: [
      EVENT_STORE,
      StreamWriter,
      Accounts,
      DOCUMENTS,
      CLAIM_DIRECTORY,
      UNFINISHED_WORK,
      Reconciliation,
      CLOCK,
      CONFIG,
    ],
    useFactory: (
      store: EventStore,
      writer: StreamWriter,
      accounts: Accounts,
      documents: DocumentStore,
      directory: ClaimDirectory,
      unfinished: UnfinishedWork,
      reconciliation: Reconciliation,
      clock: Clock,
      { timeZone }: Config,
    ) =>
      new RemittanceImport({
        store,
        writer,
        accounts,
        documents,
        directory,
        unfinished,
        clock,
        timeZone,
        reconcile: async (sender) => {
          await reconciliation.reconcile(sender);
        },
      }),
  },
  {
    provide: Remittances,
    inject: [
      EVENT_STORE,
      StreamWriter,
      DOCUMENTS,
      TEMPORARY_DOCUMENTS,
      RemittanceImport,
      CLAIM_DIRECTORY,
      UNFINISHED_WORK,
      CLOCK,
      CONFIG,
      LOG,
    ],
    useFactory: (
      store: EventStore,
      writer: StreamWriter,
      documents: DocumentStore,
      temporaryDocuments: () => Promise<DocumentStore & AsyncDisposable>,
      importing: RemittanceImport,
      directory: ClaimDirectory,
      unfinished: UnfinishedWork,
      clock: Clock,
      { timeZone }: Config,
      log: Logger,
    ) =>
      new Remittances({
        store,
        writer,
        documents,
        directory,
        unfinished,
        importing,
        rehearse: () => rehearsal({ store, clock, timeZone, log, directory, temporaryDocuments }),
      }),
  },
];

/** Whether this process goes on with what others left: the service does, commands do not. */
const RESUMING = Symbol('Resuming');

/** Payers' remittances: posted from files, held against deposits. Wants the write side and the read models beside it. */
@Module({})
export class RemittancesModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private resumed: Promise<void> | undefined;

  constructor(
    private readonly importing: RemittanceImport,
    @Inject(RESUMING) private readonly resuming: boolean,
    @Inject(STOPPING) private readonly stopping: AbortController,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** @param resuming whether to go on with remittances that are not posted to their end */
  static register({ resuming }: { resuming: boolean }): DynamicModule {
    return {
      module: RemittancesModule,
      imports: [CommandsModule],
      controllers: [RemittancesController, DepositsController, ControlAccountsController],
      providers: [...PROVIDERS, { provide: RESUMING, useValue: resuming }],
      exports: [Remittances, RemittanceImport],
    };
  }

  onApplicationBootstrap(): void {
    if (this.resuming) this.resumed = resumeInTime(this.importing, this.stopping.signal, this.log);
  }

  /** Before the projections stop, which it may wait for. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.resumed;
  }
}
