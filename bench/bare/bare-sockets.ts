// The bare comparison for an idle socket: `ws` with its defaults, without compression, replying to each message.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const server = createServer()
new WebSocketServer({ server, path: '/ws', perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', () => socket.send(JSON.stringify({ t: 'welcome' })))
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
