import { Module } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { HealthController } from './health-controller.js';
import { MetricsController } from './metrics-controller.js';
import { ProjectionLags } from './projection-lag.js';
import { ReadinessProbe } from './readiness.js';

/** What whoever runs the service asks it; wants event store, clock and metrics, and where there are some, database and projections. */
@Module({
  controllers: [HealthController, MetricsController],
  providers: [
    ReadinessProbe,
    {
      provide: ProjectionLags,
      inject: [EVENT_STORE, CLOCK],
      useFactory: (store: EventStore, clock: Clock) => new ProjectionLags({ store, clock }),
    },
  ],
})
export class OperationsModule {}
