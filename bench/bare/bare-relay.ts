// The bare comparison for a word: reads a provider's stream and sends each word over one socket. Nothing is validated,
// batched, saved or logged. `node bench/bare/bare-relay.ts http://127.0.0.1:PORT/v1`
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

const provider = new URL(`${process.argv[2]}/chat/completions`)

function relay(socket: WebSocket, { c, model }: { c: number; model: string }): void {
  const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Go on.' }] })
  const call = request(provider, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  })
  call.on('response', (response) => {
    response.setEncoding('utf8')
    let rest = ''
    response.on('data', (chunk: string) => {
      const events = (rest + chunk).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) {
        if (event === 'data: [DONE]') continue
        const { choices } = JSON.parse(event.slice('data: '.length)) as {
          choices: { delta?: { content?: string } }[]
        }
        const x = choices[0]?.delta?.content
        if (x) socket.send(JSON.stringify({ t: 'w', c, x }))
      }
    })
    response.on('end', () => socket.send(JSON.stringify({ t: 'run.end', c })))
  })
  call.end(body)
}

const server = createServer()
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (data) =>
    relay(socket, JSON.parse((data as Buffer).toString()) as { c: number; model: string }),
  )
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
