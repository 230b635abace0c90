// `npm run test:services`: the published files (deploy/, docs) with the servers they are made for: each is started from a
// copy as it stands. What cannot run on this machine is skipped, by name.
import { ensureSystemPackages, offerSystemPackages } from './system-packages.ts'
import { runVitest } from './testing/run-vitest.ts'
import { Totals } from './testing/totals.ts'

const totals = new Totals()
if (ensureSystemPackages('servers', 'certificates', 'nginx')) {
  offerSystemPackages('proxies', 'network', 'systemd', 'engine')
  const { counts, seconds } = await runVitest(['services'], {})
  totals.add('services', counts, seconds)
} else {
  totals.add('packages', { passed: 0, failed: 1, skipped: [], failures: ['some are missing; see above'] }, 0)
}
totals.close()
