import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG, type Config } from '../config.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { LOG } from '../logging.js';
import { ClockGuard } from './clock-guard.js';
import { CommandController } from './command-controller.js';
import { commandHandlers } from './command-handlers.js';
import { CommandStreamController } from './command-stream-controller.js';
import { SNAPSHOTS, type SnapshotStore } from './snapshots.js';
import { Accounts, TRANSACT_OBSERVER, type TransactObserver } from './transact.js';

/** The write side; wants configuration, clock and its guard, log, event store, snapshots and observer from outside. */
@Module({
  imports: [CqrsModule.forRoot()],
  controllers: [CommandController, CommandStreamController],
  providers: [
    ...commandHandlers,
    {
      provide: Accounts,
      inject: [CONFIG, CLOCK, LOG, EVENT_STORE, SNAPSHOTS, TRANSACT_OBSERVER, ClockGuard],
      useFactory: (
        { timeZone, cachedEntriesMax }: Config,
        clock: Clock,
        log: Logger,
        store: EventStore,
        snapshots: SnapshotStore,
        observer: TransactObserver,
        clockGuard: ClockGuard,
      ) => new Accounts({ store, clock, timeZone, snapshots, log, observer, clockGuard, cachedEntriesMax }),
    },
  ],
  exports: [Accounts, CqrsModule],
})
export class CommandsModule {}
