/** Raw upgrade requests and the frames after them. One character is one byte. */
import fc from 'fast-check'
import { clientFrames } from '../../protocol/index.ts'
import { headers, oddTarget } from './odd-requests.ts'
import { json, jsonText, objectWith, text, tokenPlace } from './values.ts'

function handshake(target: string, lines: string[]): string {
  return `${[`GET ${target} HTTP/1.1`, 'Host: localhost', ...lines].join('\r\n')}\r\n\r\n`
}

const upgradeLines = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

/** Upgrade requests to any target, with missing or unusual headers. */
export const upgrade: fc.Arbitrary<string[]> = fc
  .record({
    target: fc.oneof(oddTarget, fc.constantFrom('/ws', '/ws?a=%', '/ws#', '/ws/')),
    kept: fc.subarray(upgradeLines, { minLength: 1 }),
    odd: fc.subarray([
      'Upgrade: WebSocket, h2c',
      'Sec-WebSocket-Version: 99',
      'Sec-WebSocket-Key: short',
      'Sec-WebSocket-Protocol: ,a,a',
      'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=x',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
    ]),
    more: headers,
    behind: fc.constantFrom('', 'hello', '\u0081\u0085', '\r\n\r\n'),
  })
  .map(({ target, kept, odd, more, behind }) => [handshake(target, [...kept, ...odd, ...more]) + behind])

interface RawFrame {
  fin: boolean
  reserved: number
  opcode: number
  masked: boolean
  payload: string
  /** Whether the length in its header is wrong. */
  lies: boolean
}

function encodeFrame({ fin, reserved, opcode, masked, payload, lies }: RawFrame): string {
  const data = Buffer.from(payload.toWellFormed(), 'utf8')
  const length = data.length + (lies ? 7 : 0)
  const head = [(fin ? 0x80 : 0) | (reserved << 4) | opcode]
  const mask = masked ? 0x80 : 0
  if (length < 126) head.push(mask | length)
  else if (length < 65_536) head.push(mask | 126, length >> 8, length & 0xff)
  else
    head.push(
      mask | 127,
      0,
      0,
      0,
      0,
      (length >>> 24) & 0xff,
      (length >> 16) & 0xff,
      (length >> 8) & 0xff,
      length & 0xff,
    )
  if (!masked) return Buffer.concat([Buffer.from(head), data]).toString('latin1')
  const key = [1, 2, 3, 4]
  const hidden = data.map((byte, at) => byte ^ key[at % 4]!)
  return Buffer.concat([Buffer.from([...head, ...key]), hidden]).toString('latin1')
}

const textFrame = (payload: string): string =>
  encodeFrame({ fin: true, reserved: 0, opcode: 1, masked: true, payload, lies: false })

/** A frame of the protocol whose fields have any values. */
const spoken: fc.Arbitrary<string> = fc
  .constantFrom(...Object.entries(clientFrames))
  .chain(([t, schema]) =>
    jsonText(
      objectWith([...Object.keys(schema.shape), 'run', 'ref', 'runId', 'position']).map((fields) => ({
        ref: 'r',
        runId: 'r',
        ...fields,
        t,
      })),
    ),
  )
  .map(textFrame)

const rawFrame: fc.Arbitrary<string> = fc
  .record({
    fin: fc.boolean(),
    reserved: fc.constantFrom(0, 0, 0, 1, 7),
    opcode: fc.nat(15),
    masked: fc.constantFrom(true, true, true, false),
    payload: fc.oneof(text, jsonText(json), fc.constantFrom('x'.repeat(130), 'x'.repeat(70_000))),
    lies: fc.constantFrom(false, false, false, true),
  })
  .map(encodeFrame)

const fragments: fc.Arbitrary<string> = fc
  .tuple(fc.integer({ min: 1, max: 60 }), text)
  .map(([count, payload]) =>
    Array.from({ length: count }, (_, at) =>
      encodeFrame({
        fin: at === count - 1 && count % 2 === 0,
        reserved: 0,
        opcode: at === 0 ? 1 : 0,
        masked: true,
        payload,
        lies: false,
      }),
    ).join(''),
  )

const greeting = textFrame(JSON.stringify({ t: 'hello', v: 1, tab: 'fuzz' }))

/** A complete handshake and frames, with or without a hello, in one piece or in several. */
export const frames: fc.Arbitrary<string[]> = fc
  .record({
    token: fc.constantFrom(tokenPlace, tokenPlace, tokenPlace, 'forged'),
    greeted: fc.constantFrom(true, true, true, false),
    said: fc.array(
      fc.oneof(
        { weight: 5, arbitrary: spoken },
        { weight: 3, arbitrary: rawFrame },
        { weight: 1, arbitrary: fragments },
        { weight: 1, arbitrary: text },
      ),
      { maxLength: 6 },
    ),
    together: fc.boolean(),
  })
  .map(({ token, greeted, said, together }) => {
    const pieces = [
      handshake('/ws', [...upgradeLines, `Cookie: token=${token}`]),
      ...(greeted ? [greeting] : []),
      ...said,
    ]
    return together ? [pieces.join('')] : pieces
  })
