import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { tokenPlace } from './values.ts'

export interface Target {
  port: number
  tls: boolean
  token: string
}

/** After the first data, a response is read until nothing arrives for this time, ms. */
const quietMs = 20
/** The wait for the first data, ms: some inputs get no response, because the server waits for the rest of a request. */
const answerMs = 250

/** Writes the pieces of an input to a new connection, and returns the response. One character is one byte. */
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
