/** Raw requests to existing and unknown routes. One character is one byte. */
import fc from 'fast-check'
import { operations } from '../../protocol/http/index.ts'
import { bytes, encoded, headers, oddTarget } from './odd-requests.ts'
import { json, jsonText, objectWith, text, tokenPlace } from './values.ts'

/** Operations that would end the session of later inputs, or that are slow by design. */
const excluded = new Set(['signOut', 'signOutEverywhere', 'endSession', 'changePassword'])

interface Route {
  method: string
  path: string
  body: string[]
  query: string[]
}

function fieldsOf(schema: unknown): string[] {
  return typeof schema === 'object' && schema !== null && 'shape' in schema
    ? Object.keys(schema.shape as object)
    : []
}

const completionFields = [
  'model',
  'messages',
  'stream',
  'temperature',
  'max_tokens',
  'stop',
  'n',
  'tools',
  'stream_options',
  'response_format',
]
const routes: Route[] = [
  ...Object.entries(operations)
    .filter(([name]) => !excluded.has(name))
    .map(([, { method, path, body, query }]) => ({
      method,
      path,
      body: fieldsOf(body),
      query: fieldsOf(query),
    })),
  { method: 'POST', path: '/v1/chat/completions', body: completionFields, query: [] },
  { method: 'POST', path: '/v1/chat/completions', body: completionFields, query: [] },
  { method: 'POST', path: '/v1/embeddings', body: ['model', 'input'], query: [] },
  { method: 'GET', path: '/v1/models', body: [], query: [] },
  { method: 'GET', path: '/v1/models/{id}', body: [], query: [] },
  { method: 'GET', path: '/api/openapi.json', body: [], query: [] },
  ...['/', '/health', '/ready', '/metrics', '/ws', '/chat/{id}', '/assets/{id}', '/favicon.ico'].map(
    (path) => ({ method: 'GET', path, body: [], query: [] }),
  ),
]

function targetOf({ path, query }: Route): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.array(encoded, { minLength: 3, maxLength: 3 }),
      fc.dictionary(
        query.length > 0 ? fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...query) }, encoded) : encoded,
        encoded,
        {
          maxKeys: 3,
        },
      ),
    )
    .map(([params, asked]) => {
      const search = Object.entries(asked).map(([name, value]) => `${name}=${value}`)
      const named = path.replaceAll(/\{\w+\}/g, () => params.pop() ?? '')
      return search.length > 0 ? `${named}?${search.join('&')}` : named
    })
}

const credential = fc.constantFrom(
  `Authorization: Bearer ${tokenPlace}`,
  `Authorization: Bearer ${tokenPlace}`,
  `Cookie: token=${tokenPlace}`,
  'Authorization: Bearer forged.token.here',
  'X: none',
)

type Framing = 'length' | 'chunked' | 'too long' | 'too short' | 'bad chunk' | 'both' | 'none'
const framing = fc.constantFrom<Framing>(
  ...([
    'length',
    'length',
    'length',
    'length',
    'chunked',
    'too long',
    'too short',
    'bad chunk',
    'both',
    'none',
  ] as const),
)

function framed(body: string, how: Framing): { lines: string[]; body: string } {
  const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  switch (how) {
    case 'length':
      return { lines: [`Content-Length: ${body.length}`], body }
    case 'chunked':
      return { lines: ['Transfer-Encoding: chunked'], body: chunk }
    case 'too long':
      return { lines: [`Content-Length: ${body.length + 5}`], body }
    case 'too short':
      return { lines: [`Content-Length: ${Math.max(0, body.length - 3)}`], body }
    case 'bad chunk':
      return { lines: ['Transfer-Encoding: chunked'], body: `zz\r\n${chunk}` }
    case 'both':
      return { lines: [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'], body: chunk }
    case 'none':
      return { lines: [], body }
  }
}

interface Parts {
  method: string
  target: string
  body: string
  how: Framing
  who: string
  more: string[]
  type: string
}

function written({ method, target, body, how, who, more, type }: Parts): string[] {
  const wire = framed(bytes(body.toWellFormed()), how)
  const bodyLines = body === '' ? [] : [type, ...wire.lines]
  const head = [`${method} ${target} HTTP/1.1`, 'Host: localhost', who, ...bodyLines, ...more]
  return [`${head.join('\r\n')}\r\n\r\n`, ...(body === '' ? [] : [wire.body])]
}

const method = (usual: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(usual) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'QUERY', 'X', 'get', 'CONNECT'),
    },
  )
const type = fc.constantFrom(
  'Content-Type: application/json',
  'Content-Type: application/json',
  'Content-Type: application/json',
  'Content-Type: text/plain',
  'Content-Type: ;',
)

/** A request to an existing route, with fields of its body and any framing. */
export const routed: fc.Arbitrary<string[]> = fc.constantFrom(...routes).chain((route) =>
  fc
    .record({
      method: method(route.method),
      target: fc.oneof({ weight: 12, arbitrary: targetOf(route) }, { weight: 1, arbitrary: oddTarget }),
      body:
        route.method === 'GET'
          ? fc.constant('')
          : jsonText(
              route.body.length > 0 ? fc.oneof({ weight: 6, arbitrary: objectWith(route.body) }, json) : json,
            ),
      how: framing,
      who: credential,
      more: headers,
      type,
    })
    .map(written),
)

/** A request to `/v1` that passes the first checks: messages of any shape for a model that exists. */
export const completion: fc.Arbitrary<string[]> = fc
  .record({
    method: fc.constant('POST'),
    target: fc.constantFrom('/v1/chat/completions', '/v1/chat/completions?x'),
    body: jsonText(
      fc
        .tuple(
          fc.array(
            fc.record({
              role: fc.oneof(fc.constantFrom('user', 'assistant', 'system', 'tool', 'developer'), json),
              content: fc.oneof(
                text,
                fc.array(fc.record({ type: fc.constantFrom('text', 'image_url'), text }), { maxLength: 2 }),
                json,
              ),
            }),
            { maxLength: 3 },
          ),
          objectWith(completionFields),
        )
        .map(([messages, rest]) => ({ ...rest, model: 'shoal-demo', messages })),
    ),
    how: framing,
    who: credential,
    more: fc.constant<string[]>([]),
    type: fc.constant('Content-Type: application/json'),
  })
  .map(written)

/** Requests for server-sent events and polls. */
export const live: fc.Arbitrary<string[]> = fc
  .record({
    tab: encoded,
    follow: fc.oneof(
      encoded,
      jsonText(
        fc.array(
          fc.record({
            runId: fc.oneof(fc.uuid(), json),
            position: fc.oneof(json, objectWith(['fence', 'seq', 'length'])),
          }),
          {
            maxLength: 3,
          },
        ),
      ).map((it) => encodeURIComponent(it.toWellFormed())),
    ),
    hold: fc.constantFrom(
      '',
      '&hold=0',
      '&hold=1',
      '&hold=',
      '&hold=-1',
      '&hold=x',
      '&hold=99999',
      '&hold=0&hold=1',
    ),
    who: credential,
    more: headers,
  })
  .map(({ tab, follow, hold, who, more }) =>
    written({
      method: 'GET',
      target: `/api/live?tab=${tab}&follow=${follow}${hold}`,
      body: '',
      how: 'none',
      who,
      more,
      type: '',
    }),
  )
