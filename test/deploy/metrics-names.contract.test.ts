// The queries in deploy/prometheus and deploy/grafana use names, labels, quantiles and routes that an instance has.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { startInstance } from '../support/instance-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const deploy = join(import.meta.dirname, '../../deploy')

interface Query {
  text: string
  file: string
}

function queries(): Query[] {
  const alerts = readFileSync(join(deploy, 'prometheus/alerts.yml'), 'utf8')
  const rules = [...alerts.matchAll(/^ +expr: (?:>\n)?([^]*?)\n +for:/gm)].map(([, text = '']) => text)
  const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana/shoal.json'), 'utf8')) as {
    panels: { targets?: { expr: string }[] }[]
  }
  const panels = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  return [
    ...rules.map((text) => ({ text, file: 'alerts.yml' })),
    ...panels.map((text) => ({ text, file: 'shoal.json' })),
  ]
}

/** The labels of each series in the exposition, by name. */
function series(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? \S+$/gm)) {
    const set = found.get(name) ?? new Set()
    for (const [pair] of labels.matchAll(/[a-z_]+="[^"]*"/g)) set.add(pair)
    found.set(name, set)
  }
  return found
}

test('every name, label and value in the alerts and the dashboard exists', async () => {
  await using folder = await temporaryFolder('metrics')
  const env = { DATA_DIR: folder.path, ENABLE_METRICS: 'true', ENABLE_OLLAMA_API: 'false' }
  const instance = await startInstance({ label: 'metrics', env })
  try {
    const api = new ApiClient(instance.url)
    await api.signUp()
    const read = async (): Promise<string> => (await fetch(`${instance.url}/metrics`)).text()
    await expect.poll(read).toContain('route="/api/auth/sign-up"')
    const there = series(await read())
    const used = queries()
    expect(used.filter(({ file }) => file === 'alerts.yml').length).toBeGreaterThan(6)
    expect(used.filter(({ file }) => file === 'shoal.json').length).toBeGreaterThan(10)
    for (const { text, file } of used) {
      for (const [, name = '', , selector = ''] of text.matchAll(
        /\b((shoal|process)_[a-z_]+)(?:\{([^}]*)\})?/g,
      )) {
        expect([...there.keys()], `${file}: ${text}`).toContain(name)
        for (const [, label = '', how = '', value = ''] of selector.matchAll(/(\w+)(=~|!~|=)"([^"]*)"/g)) {
          // Labels that Prometheus adds.
          if (['job', 'instance'].includes(label)) continue
          const pairs = [...(there.get(name) ?? [])]
          expect(
            pairs.map((pair) => pair.split('=')[0]),
            `${file}: ${text}`,
          ).toContain(label)
          if (how === '=') expect(pairs, `${file}: ${text}`).toContain(`${label}="${value}"`)
        }
      }
    }
  } finally {
    await instance.stop()
  }
}, 90_000)
