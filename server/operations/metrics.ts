import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Gauge, Histogram, Registry } from 'prom-client'

export interface MetricsOptions {
  version: string
  /** The label of this instance. */
  instance: string
  numbers: InstanceNumbers
}

/** Current values, which are read at each scrape. */
export interface InstanceNumbers {
  runs(): number
  sockets(): number
  fallbackClients(): number
  members(): number
  rejections(): number
}

/** The metrics of one instance. Each instance has a separate registry, so that two in one process do not mix. */
export interface Metrics {
  readonly contentType: string
  /** Records the duration of a request. `route` is the route's pattern. */
  observe(method: string, route: string, status: number, seconds: number): void
  read(): Promise<string>
  close(): void
}

/** Starts measuring. `close` stops the measurement of the event loop. */
export function createMetrics({ version, instance, numbers }: MetricsOptions): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Histogram({
    name: 'shoal_http_request_duration_seconds',
    help: 'Time from the headers of a request to the end of its response',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  })
  const gauge: AddGauge = (name, help, read) => {
    const made: Gauge = new Gauge({ name, help, registers: [], collect: () => made.set(read()) })
    registry.registerMetric(made)
  }
  new Gauge({ name: 'shoal_info', help: 'Always 1', labelNames: ['version', 'instance'], registers }).set(
    { version, instance },
    1,
  )
  measureInstance(gauge, numbers)
  const stopMeasuring = measureProcess(registry, gauge)
  return {
    contentType: registry.contentType,
    observe: observeByLabels(requests),
    read: () => registry.metrics(),
    close() {
      stopMeasuring()
      registry.clear()
    },
  }
}

/** Keeps the series of each combination of labels, because prom-client's lookup takes longer than the observation. */
function observeByLabels(requests: Histogram<'method' | 'route' | 'status'>): Metrics['observe'] {
  const series = new Map<string, Histogram.Internal<'method' | 'route' | 'status'>>()
  return (method, route, status, seconds) => {
    const name = `${method} ${route} ${status}`
    const known = series.get(name) ?? requests.labels(method, route, String(status))
    series.set(name, known)
    known.observe(seconds)
  }
}

type AddGauge = (name: string, help: string, read: () => number) => void

function measureInstance(gauge: AddGauge, numbers: InstanceNumbers): void {
  gauge('shoal_runs', 'Answers that this instance is writing', () => numbers.runs())
  gauge('shoal_sockets', 'Open sockets and event streams', () => numbers.sockets())
  gauge(
    'shoal_fallback_clients',
    'Pages that use server-sent events or polling because the network blocks WebSockets',
    () => numbers.fallbackClients(),
  )
  gauge('shoal_members', 'Instances that this instance sees, itself included', () => numbers.members())
  gauge(
    'shoal_unhandled_rejections',
    'Unhandled promise rejections since the start; each is a bug and is logged',
    () => numbers.rejections(),
  )
}

function measureProcess(registry: Registry, gauge: AddGauge): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const delayGauge = new Gauge({
    name: 'shoal_event_loop_delay_seconds',
    help: 'Delay of timers since the previous scrape',
    labelNames: ['quantile'],
    registers: [],
    collect: () => {
      delayGauge.set({ quantile: '0.5' }, delay.percentile(50) / 1e9)
      delayGauge.set({ quantile: '0.99' }, delay.percentile(99) / 1e9)
      delayGauge.set({ quantile: '1' }, delay.max / 1e9)
      delay.reset()
    },
  })
  registry.registerMetric(delayGauge)
  gauge('process_resident_memory_bytes', 'Resident memory of this process', () => process.memoryUsage.rss())
  gauge('process_cpu_seconds_total', 'CPU time that this process has used', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  return () => delay.disable()
}
