import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { findProgram } from './find-program.ts'

/**
 * The headless shell is preferred: it has the same engine, and a page opens in a third of the time, because it draws no
 * browser window.
 */
const programs = ['chromium-headless-shell', 'chromium']

/** `whole` starts the complete browser that users have, for measurements. */
export function launchChromium(args: string[] = [], { whole = false } = {}): Promise<Browser> {
  const executablePath = programs
    .slice(whole ? 1 : 0)
    .map(findProgram)
    .find((path) => path !== undefined)
  if (executablePath === undefined) throw new Error('Install the package chromium first.')
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...args] })
}
