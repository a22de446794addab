import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Metrics } from '../metrics/prometheus.ts';
import { noTelemetry, type Telemetry } from '../ports/telemetry.ts';

/** Where the process tells of its work, and what is kept of it. */
export interface Observed {
  readonly telemetry: Telemetry;
  /** Undefined where no port is set. */
  readonly metrics: Metrics | undefined;
  /** Sends what is left of the traces. */
  stopObserving(): Promise<void>;
}

/**
 * Figures where there is a port to read them at, and traces where there is somewhere to send them; what neither needs is
 * not loaded.
 */
export async function observe({
  config: { httpPort, tracesTo },
  clock,
  version,
  newId,
  readOnly = false,
}: {
  readonly config: Pick<Config, 'httpPort' | 'tracesTo'>;
  readonly clock: Clock;
  readonly version: string;
  readonly newId: () => string;
  readonly readOnly?: boolean | undefined;
}): Promise<Observed> {
  const metrics =
    httpPort === undefined || readOnly ? undefined : (await import('../metrics/prometheus.ts')).createMetrics(version);
  const traces =
    tracesTo === undefined || readOnly
      ? undefined
      : (await import('../metrics/traces.ts')).createTraces({ endpoint: tracesTo, version, instance: newId() });
  const listeners = [metrics ?? [], traces ?? []].flat();
  const telemetry =
    listeners.length === 0 ? noTelemetry : (await import('../metrics/steps.ts')).telemetryFor(clock, listeners);
  return { telemetry, metrics, stopObserving: async () => traces?.stop() };
}
