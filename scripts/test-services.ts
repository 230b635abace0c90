// `npm run test:services`: starts the real servers with unchanged copies of the published files (deploy/, docs). Tests
// that cannot run on this machine are skipped and listed.
import { ensureSystemPackages, offerSystemPackages } from './system-packages.ts'
import { runVitest } from './testing/run-vitest.ts'
import { Totals } from './testing/totals.ts'

const totals = new Totals()
if (ensureSystemPackages('servers', 'certificates', 'nginx')) {
  offerSystemPackages('proxies', 'network', 'systemd', 'engine')
  const { counts, seconds } = await runVitest(['services'], {})
  totals.add('services', counts, seconds)
} else {
  totals.add(
    'packages',
    { passed: 0, failed: 1, skipped: [], failures: ['packages are missing; see above'] },
    0,
  )
}
totals.close()
