// A program that runs inside a network and forwards connections from a socket file to `host:port`.
import { connect, createServer } from 'node:net'
import { pass } from './way-in.ts'

const [, , file = '', target = ''] = process.argv
const [host = '', port = ''] = target.split(':')
createServer((near) => pass(near, connect(Number(port), host))).listen(file, () => console.log('ready'))
