import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deployFolder } from './check.ts'
import type { Check } from './check.ts'
import { findProgram } from '../../test/support/find-program.ts'
import { runTool } from './tool.ts'
import type { Outcome } from './tool.ts'

/** Checks systemd units, Prometheus files and JSON files, and that dashboards and rules use metrics that exist. */
export function serviceChecks(temporary: string): Check[] {
  const prometheus = join(deployFolder, 'prometheus')
  const json = globSync('{aws,grafana}/*.json', { cwd: deployFolder }).sort()
  return [
    { file: 'systemd/*.service', tool: 'systemd-analyze verify', run: async () => verifyUnits(temporary) },
    {
      file: 'prometheus/prometheus.yml',
      tool: 'promtool check config',
      run: async () => runTool('promtool', ['check', 'config', join(prometheus, 'prometheus.yml')]),
    },
    {
      file: 'prometheus/alerts.yml',
      tool: 'promtool check rules',
      run: async () => runTool('promtool', ['check', 'rules', join(prometheus, 'alerts.yml')]),
    },
    {
      file: 'prometheus and grafana: names of metrics',
      tool: 'reading',
      run: async () => checkMetricNames(),
    },
    ...json.map((file): Check => ({ file, tool: 'JSON', run: async () => parseJson(file) })),
  ]
}

/** Checks the units; only the path of the program is replaced, because it does not exist on this machine. */
function verifyUnits(temporary: string): Outcome {
  if (!findProgram('systemd-analyze')) return { skipped: 'systemd-analyze is not installed' }
  const folder = join(temporary, 'systemd')
  mkdirSync(folder)
  for (const name of ['shoal.service', 'shoal@.service']) {
    const text = readFileSync(join(deployFolder, 'systemd', name), 'utf8')
    writeFileSync(join(folder, name), text.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`))
  }
  const paths = ['shoal.service', 'shoal@8081.service'].map((name) => join(folder, name))
  return runTool('systemd-analyze', ['verify', '--recursive-errors=no', '--man=no', ...paths])
}

function parseJson(file: string): Outcome {
  JSON.parse(readFileSync(join(deployFolder, file), 'utf8'))
  return { passed: true }
}

function checkMetricNames(): Outcome {
  const source = readFileSync(join(deployFolder, '../server/operations/metrics.ts'), 'utf8')
  const known = new Set(source.match(/\b(shoal|process)_[a-z_]+\b/g))
  const used = ['prometheus/alerts.yml', 'grafana/shoal.json'].flatMap(
    (file) => readFileSync(join(deployFolder, file), 'utf8').match(/\b(shoal|process)_[a-z_]+\b/g) ?? [],
  )
  const unknown = used.filter((name) => !known.has(name.replace(/_(bucket|count|sum)$/, '')))
  return unknown.length === 0
    ? { passed: true }
    : { failed: `no instance has ${[...new Set(unknown)].join(', ')}` }
}
