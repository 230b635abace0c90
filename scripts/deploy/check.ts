import { join } from 'node:path'
import type { Outcome } from './tool.ts'

export interface Check {
  /** The path below deploy/. */
  file: string
  tool: string
  run: () => Promise<Outcome>
}

export const deployFolder = join(import.meta.dirname, '../../deploy')
