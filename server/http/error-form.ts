import type { FastifyInstance } from 'fastify'
import type { AppError } from '../../protocol/index.ts'
import { pathOf } from './request-log.ts'

/** How the clients of some paths expect errors: other people's clients know their own form only. */
export interface ErrorForm {
  paths: RegExp
  write(error: AppError): { status: number; body: unknown; headers?: Record<string, string> }
}

declare module 'fastify' {
  interface FastifyInstance {
    errorForms: ErrorForm[]
  }
}

export function errorFormOf(app: FastifyInstance, url: string): ErrorForm | undefined {
  if (app.errorForms.length === 0) return undefined
  const path = pathOf(url)
  return app.errorForms.find(({ paths }) => paths.test(path))
}
