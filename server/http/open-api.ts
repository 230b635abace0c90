import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { errorCatalogue } from '../../protocol/index.ts'
import { operations } from '../../protocol/http/index.ts'
import type { Operation } from '../../protocol/http/operation.ts'

type Json = Record<string, unknown>

export interface ApiLocation {
  version: string
  /** WEBUI_URL; null if it is not set: the document then contains a relative server URL. */
  publicUrl: string | null
  basePath: string
}

/**
 * Serves `/api/openapi.json`, which is generated from the operations at the first request. Returns the function by
 * which other layers add their paths before that.
 */
export function serveOpenApi(app: FastifyInstance, location: ApiLocation): (paths: Json) => void {
  let text: string | undefined
  const added: Json = {}
  app.get('/api/openapi.json', (_request, reply) => {
    text ??= JSON.stringify(describeApi(location, added))
    return reply.header('cache-control', 'no-cache').type('application/json; charset=utf-8').send(text)
  })
  return (paths) => void Object.assign(added, paths)
}

/** Describes the API as an OpenAPI 3.1 document. */
export function describeApi({ version, publicUrl, basePath }: ApiLocation, added: Json = {}): Json {
  const paths: Record<string, Json> = {}
  for (const [name, operation] of Object.entries<Operation>(operations)) {
    const path = (paths[operation.path] ??= {})
    path[operation.method.toLowerCase()] = describe(name, operation)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Shoal',
      version,
      description:
        'Times are milliseconds since 1970. Lists are paged: send `next` of a page as `cursor` to get the following one.',
    },
    servers: [{ url: `${publicUrl ?? ''}${basePath}` || '/' }],
    paths: { ...paths, ...added },
    components: {
      schemas: { Error: errorSchema() },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A session token or an API key.' },
      },
    },
  }
}

function describe(name: string, operation: Operation): Json {
  const { summary, access, credentials, body, response } = operation
  const notes = [
    ...(access === 'admin' ? ['Administrators only.'] : []),
    ...(credentials === 'session' ? ['Requires a session token; API keys are rejected.'] : []),
  ]
  return {
    operationId: name,
    summary,
    tags: [operation.path.split('/')[2] ?? 'api'],
    security: access === 'public' ? [] : access === 'anyone' ? [{ token: [] }, {}] : [{ token: [] }],
    ...(notes.length > 0 ? { description: notes.join(' ') } : {}),
    parameters: [...parameters('path', operation.params), ...parameters('query', operation.query)],
    ...(body ? { requestBody: { required: true, content: json(schemaOf(body, 'input')) } } : {}),
    responses: {
      200: { description: 'Success', content: json(schemaOf(response, 'output')) },
      default: { description: 'Error', content: json({ $ref: '#/components/schemas/Error' }) },
    },
  }
}

function parameters(location: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!schema) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: location,
    required: location === 'path' || required.includes(name),
    schema,
  }))
}

function errorSchema(): Json {
  const wire = z.object({
    error: z.object({
      code: z.enum(Object.keys(errorCatalogue)),
      message: z.string(),
      field: z.string().optional(),
      retryAfterMs: z.number().optional(),
      limit: z.object({ of: z.enum(['requests', 'tokens', 'running']), max: z.number() }).optional(),
      rule: z.object({ name: z.string(), limit: z.number().optional() }).optional(),
      change: z.object({ by: z.string(), at: z.number() }).optional(),
      requestId: z.string().optional(),
    }),
  })
  return schemaOf(wire, 'output')
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}

function json(schema: Json): Json {
  return { 'application/json': { schema } }
}
