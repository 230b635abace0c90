import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { findProgram } from './find-program.ts'

/**
 * Chromium without a window first: the same engine, and a page opens in a third of the time, since no browser's own
 * surface is drawn around it.
 */
const programs = ['chromium-headless-shell', 'chromium']

/** `whole`: the program that people have, with everything around the page; for measures. */
export function launchChromium(args: string[] = [], { whole = false } = {}): Promise<Browser> {
  const executablePath = programs
    .slice(whole ? 1 : 0)
    .map(findProgram)
    .find((path) => path !== undefined)
  if (executablePath === undefined) throw new Error('Install the package chromium first.')
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...args] })
}
