import { z } from 'zod'
import { limits } from '../limits.ts'

export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(limits.email)
  .pipe(z.email('must be an email address'))
export const name = z.string().trim().min(1, 'must not be empty').max(limits.name)
export const password = z
  .string()
  .min(limits.minPassword, `must have at least ${limits.minPassword} characters`)
  .max(limits.password)
