// `npm run deploy:check`: checks every file in deploy/ with its own tool. Checks whose tool is missing are skipped and
// listed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Check } from './deploy/check.ts'
import { containerChecks } from './deploy/container-checks.ts'
import { kubernetesChecks } from './deploy/kubernetes-checks.ts'
import { proxyChecks } from './deploy/proxy-checks.ts'
import { serviceChecks } from './deploy/service-checks.ts'
import { offerSystemPackages } from './system-packages.ts'

/** All checks of deploy/ that do not start Shoal or its services. */
function checks(temporary: string): Check[] {
  return [
    ...proxyChecks(temporary),
    ...containerChecks(temporary),
    ...serviceChecks(temporary),
    ...kubernetesChecks(temporary),
  ]
}

offerSystemPackages('certificates', 'nginx', 'proxies', 'systemd', 'archives')
const folder = mkdtempSync(join(tmpdir(), 'shoal-deploy-check-'))
const counts = { passed: 0, failed: 0, skipped: 0 }
try {
  for (const { file, tool, run } of checks(folder)) {
    const started = performance.now()
    const outcome = await run().catch((error: unknown) => ({ failed: String(error) }))
    const took = `${((performance.now() - started) / 1000).toFixed(1)} s`
    if ('skipped' in outcome) {
      counts.skipped++
      console.log(`skip ${file}: ${outcome.skipped}`)
    } else if ('failed' in outcome) {
      counts.failed++
      console.log(`FAIL ${file} (${tool}, ${took})\n${outcome.failed.trim().replaceAll(/^/gm, '     ')}`)
    } else {
      counts.passed++
      console.log(`ok   ${file} (${tool}, ${took})`)
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed > 0 ? 1 : 0
