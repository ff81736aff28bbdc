import { Controller, Get, Inject, Optional, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CLOCK, type Clock } from '../clock.js';
import { ClockGuard } from '../commands/clock-guard.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { Metrics } from './metrics.js';
import { PROJECTION_STATUS, type ProjectionStatusProvider } from './projection-status.js';

@Controller('metrics')
@ApiTags('operations')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(CLOCK) clock: Clock,
    @Optional() @Inject(PROJECTION_STATUS) projections?: ProjectionStatusProvider,
    @Optional() clockGuard?: ClockGuard,
  ) {
    if (projections) metrics.followProjections(store, clock, projections);
    if (clockGuard) metrics.followClock(clockGuard);
  }

  @Get()
  @ApiOperation({ summary: 'Metrics as Prometheus reads them' })
  @ApiProduces('text/plain')
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.metrics.registry.contentType);
    return this.metrics.read();
  }
}
