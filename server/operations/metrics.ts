import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface MetricsOptions {
  version: string
  instance: string
}

/** A registry of its own per instance, so that two in one process do not mix. */
export interface Metrics {
  readonly registry: Registry
  readonly contentType: string
  /** Seconds that a request took, by the pattern of its route. */
  observe(method: string, route: string, status: number, seconds: number): void
  /** A number that is asked for whenever somebody reads the metrics, such as `shoal_runs` or `shoal_sockets`. */
  gauge(name: string, help: string, read: () => number): void
  /** A number that only grows; returns the function that adds to it. */
  counter(name: string, help: string): (by?: number) => void
  read(): Promise<string>
  close(): void
}

/** Measures from now on; `close` stops the measuring of the event loop. */
export function createMetrics({ version, instance }: MetricsOptions): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Histogram({
    name: 'shoal_http_request_duration_seconds',
    help: 'From the head of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  })
  const gauge = (name: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({ name, help, registers: [], collect: () => made.set(read()) })
    registry.registerMetric(made)
  }
  new Gauge({ name: 'shoal_info', help: 'Always 1', labelNames: ['version', 'instance'], registers }).set(
    { version, instance },
    1,
  )
  const stopMeasuring = measureProcess(registry, gauge)
  return {
    registry,
    contentType: registry.contentType,
    observe: (method, route, status, seconds) =>
      requests.labels(method, route, String(status)).observe(seconds),
    gauge,
    counter(name, help) {
      const counter = new Counter({ name, help, registers })
      return (by = 1) => counter.inc(by)
    },
    read: () => registry.metrics(),
    close() {
      stopMeasuring()
      registry.clear()
    },
  }
}

function measureProcess(
  registry: Registry,
  gauge: (name: string, help: string, read: () => number) => void,
): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const late = new Gauge({
    name: 'shoal_event_loop_delay_seconds',
    help: 'How late timers were since the last reading',
    labelNames: ['quantile'],
    registers: [],
    collect: () => {
      late.set({ quantile: '0.5' }, delay.percentile(50) / 1e9)
      late.set({ quantile: '0.99' }, delay.percentile(99) / 1e9)
      late.set({ quantile: '1' }, delay.max / 1e9)
      delay.reset()
    },
  })
  registry.registerMetric(late)
  gauge('process_resident_memory_bytes', 'Memory of this process', () => process.memoryUsage.rss())
  gauge('process_cpu_seconds_total', 'CPU time of this process', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  return () => delay.disable()
}
