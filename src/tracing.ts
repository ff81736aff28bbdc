import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { TracesConfig } from './config.js';

/*
 * Loaded only where traces are wanted: OpenTelemetry's SDK takes a while to load, and whoever does not use it shall
 * not wait for it. Everything else knows the API alone.
 */

/** A collector that is away keeps neither a batch nor the end of the process for longer. */
const SENDING_MS_MAX = 3_000;
/** That traces are lost is said again after so long. */
const SAID_AGAIN_MS = 60_000;

export interface Tracing {
  /** Sends what has not been sent yet, as far as that is done in a few seconds; never fails. */
  shutdown(): Promise<void>;
}

/**
 * Begins to send the traces of this process to an OTLP collector (http/protobuf), once a process. Headers, compression
 * and the attributes of the resource are read from OTEL_* by the SDK. A collector that is away costs the traces of that
 * time, and a line in the log a minute, but no request waits for it.
 */
export function startTracing({ endpoint, sampler }: TracesConfig, log: Logger): Tracing {
  let saidAt = -Infinity;
  setGlobalErrorHandler((error) => {
    if (performance.now() - saidAt < SAID_AGAIN_MS) return;
    saidAt = performance.now();
    log.warn({ reason: reasonOf(error) }, 'traces could not be sent and are lost');
  });
  const url = new URL(endpoint);
  url.pathname = url.pathname.replace(/\/?$/, '/v1/traces');
  const exporter = new OTLPTraceExporter({ url: url.href, timeoutMillis: SENDING_MS_MAX });
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'arledger' }))
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
    sampler: samplerOf(sampler),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: 2 * SENDING_MS_MAX })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    async shutdown() {
      try {
        await provider.shutdown();
      } catch (error) {
        log.warn({ reason: reasonOf(error) }, 'the last traces could not be sent');
      } finally {
        trace.disable();
        propagation.disable();
        context.disable();
      }
    },
  };
}

function samplerOf({ name, ratio }: TracesConfig['sampler']): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}

/** Messages may hold the collector's address, with what is secret in it. */
function reasonOf(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && error.code !== undefined ? error.code : error.name;
}
