import { join } from 'node:path'
import type { Outcome } from './tool.ts'

export interface Check {
  /** Below deploy/. */
  file: string
  tool: string
  run: () => Promise<Outcome>
}

export const deployFolder = join(import.meta.dirname, '../../deploy')
