// The bare comparison for a request: Fastify replies with a fixed object, without session or log. Arguments: path,
// body.
import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'

const [path = '/', json = '{}'] = process.argv.slice(2)
const body = JSON.parse(json) as object
const app = fastify()
app.get(path, () => body)
await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ port: (app.server.address() as AddressInfo).port })
