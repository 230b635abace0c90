// A program that runs inside a network and forwards connections from a socket file to `host:port`.
import { connect, createServer } from 'node:net'
import { connectSockets } from './port-forward.ts'

const [, , file = '', target = ''] = process.argv
const [host = '', port = ''] = target.split(':')
createServer((near) => connectSockets(near, connect(Number(port), host))).listen(file, () =>
  console.log('ready'),
)
