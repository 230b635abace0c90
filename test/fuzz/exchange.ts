import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { tokenPlace } from './values.ts'

export interface Target {
  port: number
  tls: boolean
  token: string
}

/** An answer that has begun is read until nothing comes for this long, ms. */
const quietMs = 20
/** An input that gets no answer, because the server waits for the rest of it, is given up after this long, ms. */
const answerMs = 250

/** Writes the pieces of an input to a connection of its own, and returns what came back. One character is one byte. */
export function exchange(pieces: string[], { port, tls, token }: Target): Promise<string> {
  return new Promise((resolve) => {
    const options = { port, host: '127.0.0.1', rejectUnauthorized: false, servername: 'localhost' }
    const socket = tls ? connectTls(options) : connect(options)
    let received = ''
    let timer = setTimeout(() => socket.destroy(), answerMs)
    socket.setNoDelay(true)
    socket.once(tls ? 'secureConnect' : 'connect', () => write(0))
    const write = (place: number): void => {
      const piece = pieces[place]
      if (piece === undefined || socket.destroyed) return
      socket.write(Buffer.from(piece.replaceAll(tokenPlace, token), 'latin1'))
      setImmediate(() => write(place + 1))
    }
    socket.on('data', (data) => {
      received += data.toString('latin1')
      clearTimeout(timer)
      timer = setTimeout(() => socket.destroy(), quietMs)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(received)
    })
  })
}
