import { startHarness } from '../../test/browser/markdown/harness-page.ts'
import type { HarnessPage } from '../../test/browser/markdown/harness-page.ts'
import { benchSource } from '../../test/support/bench-source.ts'
import type { Row } from '../measure.ts'

const rounds = 3
/** Characters per update: about eight tokens, which arrive during one frame at 500 tokens a second. */
const step = 32

/**
 * Compares the renderer of answers with a plain `<pre>` in the same page, with the same updates in step with frames.
 */
export async function measureRenderer(): Promise<Row[]> {
  const harness = await startHarness()
  try {
    const own: number[] = []
    const plain: number[] = []
    for (let round = 0; round < rounds; round++) {
      own.push(await scriptSeconds(harness, 'grow'))
      plain.push(await scriptSeconds(harness, 'plain'))
    }
    const [measured, control] = [Math.min(...own), Math.min(...plain)]
    const updates = Math.ceil(benchSource.length / step)
    return [
      {
        name: 'web/renderer',
        what: `script to show an answer of ${benchSource.length} characters in ${updates} updates`,
        measured: `${(measured * 1000).toFixed(0)} ms`,
        bare: `<pre> ${(control * 1000).toFixed(0)} ms`,
        ratio: measured / control,
        budget: 6,
      },
    ]
  } finally {
    await harness.close()
  }
}

async function scriptSeconds(harness: HarnessPage, kind: 'grow' | 'plain'): Promise<number> {
  const page = await harness.open()
  // Loads the libraries for code and formulas first, which a page loads only once.
  await page.evaluate(`harness.lockstep('${kind}', harness.benchSource, 2000)`)
  await page.waitForLoadState('networkidle')
  // Each update is rendered before the next one; the result is the time that each took.
  const times = await page.evaluate<number[]>(`harness.lockstep('${kind}', harness.benchSource, ${step})`)
  await page.context().close()
  return times.reduce((sum, time) => sum + time, 0) / 1000
}
