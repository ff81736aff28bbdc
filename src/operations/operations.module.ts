import { Module } from '@nestjs/common';
import { HealthController } from './health-controller.js';
import { MetricsController } from './metrics-controller.js';
import { ReadinessProbe } from './readiness.js';

/** What whoever runs the service asks it; wants event store and metrics, and where there are some, database and projections. */
@Module({ controllers: [HealthController, MetricsController], providers: [ReadinessProbe] })
export class OperationsModule {}
