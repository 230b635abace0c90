import { afterEach, expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'
import type { InstanceNumbers, Metrics } from './metrics.ts'

const open: Metrics[] = []
function start(instance = 'a', numbers: Partial<InstanceNumbers> = {}): Metrics {
  const none = () => 0
  const nothing = { runs: none, sockets: none, fallbackClients: none, members: none, rejections: none }
  const metrics = createMetrics({ version: '1.2.3', instance, numbers: { ...nothing, ...numbers } })
  open.push(metrics)
  return metrics
}
afterEach(() => {
  for (const metrics of open.splice(0)) metrics.close()
})

test('counts requests by method, route and status', async () => {
  const metrics = start()
  metrics.observe('GET', '/api/chats/:id', 200, 0.003)
  metrics.observe('GET', '/api/chats/:id', 200, 0.3)
  const text = await metrics.read()
  const labels = 'method="GET",route="/api/chats/:id",status="200"'
  expect(text).toContain(`shoal_http_request_duration_seconds_bucket{le="0.005",${labels}} 1`)
  expect(text).toContain(`shoal_http_request_duration_seconds_count{${labels}} 2`)
  expect(text).toContain('shoal_info{version="1.2.3",instance="a"} 1')
})

test('reads gauges at each scrape', async () => {
  let runs = 1
  const metrics = start('a', { runs: () => runs })
  expect(await metrics.read()).toContain('shoal_runs 1')
  runs = 5
  expect(await metrics.read()).toContain('shoal_runs 5')
})

test('measures event loop delay, memory and CPU time of the process', async () => {
  const text = await start().read()
  expect(text).toMatch(/shoal_event_loop_delay_seconds\{quantile="0\.99"\} [\d.]+/)
  expect(text).toMatch(/process_resident_memory_bytes \d{7,}/)
  expect(text).toMatch(/process_cpu_seconds_total [\d.]+/)
})

test('two instances in one process do not mix', async () => {
  const [a, b] = [start('a'), start('b')]
  a.observe('GET', '/x', 200, 1)
  expect(await b.read()).not.toContain('route="/x"')
})
