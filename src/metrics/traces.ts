import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { StepName } from '../ports/telemetry.ts';
import type { Step, StepListener } from './steps.ts';

/** Spans, on their way to whoever collects them. */
export interface Traces extends StepListener {
  /** Sends what is left, for a moment at most. */
  stop(): Promise<void>;
}

/** How long a request with spans may take, and how long a stop waits for the last of them, in milliseconds. */
const sendMs = 2_000;

/** What of a step is told with its span. The time of a press is the span's own. */
const told: readonly string[] = ['command', 'kind', 'priority', 'api'];

/**
 * Makes a span of every step that a press or a command leads to, and sends it by OTLP over HTTP, as JSON, to
 * `endpoint`/v1/traces. What the bot does by itself has none. While nobody takes the spans, a few thousand wait and later
 * ones are dropped; nothing else waits for that.
 * @param instance Any text by which one process is told from the next; no name of a machine.
 */
export function createTraces(options: {
  readonly endpoint: string;
  readonly version: string;
  readonly instance: string;
}): Traces {
  const url = `${options.endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: sendMs });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'hoga',
      'service.version': options.version,
      'service.instance.id': options.instance,
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: sendMs })],
  });
  const tracer = provider.getTracer('hoga');
  /** Of the steps that are under way. */
  const spans = new WeakMap<Step, Span>();
  /** The span around a step. Steps around it that are over only started it, as a press starts a look by the clock. */
  const spanAround = ({ parent }: Step): Span | undefined => parent && (spans.get(parent) ?? spanAround(parent));
  return {
    began(step) {
      const outer = spanAround(step);
      if (outer === undefined && !roots.has(step.name)) return;
      const parent = outer === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, outer);
      const kind = step.name === 'venue.call' ? SpanKind.CLIENT : SpanKind.INTERNAL;
      const attributes = Object.fromEntries(
        told.filter((name) => name in step.facts).map((name) => [`hoga.${name}`, String(step.facts[name])]),
      );
      spans.set(step, tracer.startSpan(step.name, { kind, attributes, startTime: step.startedAt }, parent));
    },
    ended(step, result, endedAt) {
      const span = spans.get(step);
      if (span === undefined) return;
      span.setAttribute('hoga.result', result);
      if (!fine.has(result)) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(endedAt);
      spans.delete(step);
    },
    stop: () => provider.shutdown().catch(() => undefined),
  };
}

/** What people do. */
const roots: ReadonlySet<StepName> = new Set<StepName>(['press', 'command']);
const fine: ReadonlySet<string> = new Set(['ok', 'accepted', 'claimed']);
