import { Controller, Get, Inject, Optional, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ClockGuard } from '../commands/clock-guard.js';
import { Metrics } from './metrics.js';
import { ProjectionLags } from './projection-lag.js';
import { PROJECTION_STATUS, type ProjectionStatusProvider } from './projection-status.js';

@Controller('metrics')
@ApiTags('operations')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    lags: ProjectionLags,
    @Optional() @Inject(PROJECTION_STATUS) projections?: ProjectionStatusProvider,
    @Optional() clockGuard?: ClockGuard,
  ) {
    if (projections) metrics.followProjections(lags, projections);
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
