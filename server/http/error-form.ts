import type { FastifyInstance } from 'fastify'
import type { AppError } from '../../protocol/index.ts'
import { pathOf } from './request-log.ts'

/** The error format of some paths. For example, OpenAI clients expect the errors of OpenAI's API. */
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
