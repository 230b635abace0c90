import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { checkAnswers, seconds } from '../support/check-answers.ts'
import { checkAllReady, checkCalledOnce, longestPause, startWatched } from '../support/watched-answers.ts'

const hour = 3_600_000

/** The wall clock of one instance jumps into the future and into the past. */
export const clockStepped: Scenario = {
  name: 'clock-stepped',
  promise: 'P4',
  bound:
    'the clock of one instance is set to +1 h, −2 h and back during 12 answers: no claim, no user signed out, no local reader pauses > 2 s',
  short: false,
  async run(bench) {
    const words = 280
    const folder = await mkdtemp(join(tmpdir(), 'shoal-clock-'))
    const file = join(folder, 'offset')
    const step = (ms: number): void => writeFileSync(file, String(ms))
    step(0)
    const preload = join(import.meta.dirname, '../support/stepped-clock.ts')
    const fleet = await bench.fleet({
      scripts: { words: { words, wordsPerSecond: 20 }, brief: { words: 5 } },
      envOf: (index) =>
        index === 0 ? { NODE_OPTIONS: `--import=file://${preload}`, SHOAL_CLOCK_FILE: file } : {},
    })
    const broken: string[] = []
    try {
      const { watched, local } = await startWatched(fleet, 12)
      await delay(1500)
      const stepped = fleet.instances[0]?.url ?? ''
      const during = (async () => {
        for (const offset of [hour, -2 * hour, 0]) {
          step(offset)
          await delay(1500)
          const brief = await fleet.startAnswer('brief', `at ${offset}`, stepped)
          if (offset > 0 && timeOf(brief.runId) < Date.now() + offset / 2)
            broken.push('the clock was not stepped')
          broken.push(...(await checkAllReady(fleet, `at an offset of ${offset / hour} h`)))
          // For this instance, a session from another instance was created in the future or in the past.
          fleet.api.url = fleet.instances[1]?.url ?? ''
          await fleet.api.signIn()
          await fleet.api
            .call('GET', '/api/auth/me', undefined, stepped)
            .catch((error: unknown) => broken.push(`at an offset of ${offset / hour} h: ${String(error)}`))
          await delay(2000)
        }
      })()
      const pause = await longestPause(local, during)
      broken.push(...(await checkAnswers(fleet, watched, { words, continues: true })))
      broken.push(...(await checkCalledOnce(fleet, watched)))
      if (pause > 2000) broken.push(`a local reader saw nothing for ${seconds(pause)}`)
      return {
        measured: `12 answers done; longest pause of a local reader ${seconds(pause)}; 0 claims`,
        broken,
      }
    } finally {
      await fleet.close()
      await rm(folder, { recursive: true })
    }
  },
}

/** The first 48 bits of a UUIDv7: the time at which it was created, by its creator's clock. */
function timeOf(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
}
