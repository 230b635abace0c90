// A program that answers DNS queries at 127.0.0.11, as a container engine does. Argument: JSON with name → address.
// It prints a line when it is ready.
import { createSocket } from 'node:dgram'

const addresses = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>
const server = createSocket('udp4')
server.on('message', (question, from) => {
  const labels: string[] = []
  let at = 12
  while (question[at]) {
    const length = question[at]!
    labels.push(question.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const end = at + 5
  const address = addresses[labels.join('.')]
  const found = address !== undefined && question.readUInt16BE(at + 1) === 1
  const header = Buffer.from(question.subarray(0, 12))
  // A response with recursion; code 3 means that the name does not exist.
  header.writeUInt16BE(0x8180 + (address === undefined ? 3 : 0), 2)
  header.writeUInt16BE(found ? 1 : 0, 6)
  header.writeUInt32BE(0, 8)
  const answer = found
    ? [Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...address.split('.').map(Number)])]
    : []
  server.send(Buffer.concat([header, question.subarray(12, end), ...answer]), from.port, from.address)
})
server.bind(53, '127.0.0.11', () => console.log('ready'))
