// The bare limit of a request: Fastify answers a fixed object. No session, no log. The body is given as an argument.
import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'

const body = JSON.parse(process.argv[2] ?? '{}') as object
const app = fastify()
app.get('/api/auth/me', () => body)
await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ port: (app.server.address() as AddressInfo).port })
