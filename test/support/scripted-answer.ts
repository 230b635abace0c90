import { setTimeout as delay } from 'node:timers/promises'
import type { ServerResponse } from 'node:http'
import { once } from 'node:events'

/** The behaviour of a model of the scripted provider. It is plain JSON, so that another process can set it. */
export interface Script {
  /** The number of words from `scripted-words.ts`, or the exact pieces of text. Default 20. */
  words?: number | string[]
  /** Default 0: as fast as the socket accepts them. */
  wordsPerSecond?: number
  /** The pause before the first word, ms. */
  firstWordMs?: number
  /** The mode in which the model continues a given text; with `none` it starts over. Default `trailing`. */
  continues?: 'trailing' | 'prefix' | 'vllm' | 'none'
  /** The answer to the test of `auto`, instead of the answer that follows from `continues`. */
  question?: string
  /** Repeats the given text before it continues. */
  echoes?: boolean
  reasoning?: string[]
  reasoningField?: 'reasoning_content' | 'reasoning' | 'both'
  /** Further chunks after the words, sent unchanged (`{choices: […]}`). */
  chunks?: unknown[]
  /** The finish reason, default `stop`; null for none. */
  finish?: string | null
  /** Whether it sends `[DONE]`. Default true. */
  done?: boolean
  /**
   * After this number of words: stops sending, breaks the connection, ends it properly, or sends this frame and ends.
   */
  fault?: { after: number; how: 'hang' | 'break' | 'end' } | { after: number; how: 'frame'; frame: unknown }
  /** The interval of keep-alive comments during pauses, ms. */
  commentMs?: number
  /** Sends text without end, as fast as the socket accepts it. */
  flood?: boolean
  /** Accepts the request and never answers. */
  silent?: boolean
  /** Answers with this instead; if `times` is set, only for the first `times` calls. */
  refuse?: { status: number; headers?: Record<string, string>; body?: unknown; times?: number }
  /** Fields of the body that it refuses with a 400 that names them. */
  refusesFields?: string[]
  /** Answers with one JSON object although the request asked for a stream. */
  plain?: boolean
  /** Sends exactly this body, followed by the `fault`. */
  raw?: string
  contentType?: string
  lineEnd?: '\n' | '\r\n' | '\r'
  /** Sends pieces of 1 to `cut` bytes, chosen by `seed`. By default each event is one piece. */
  cut?: number
  seed?: number
}

/** The record of one call. Times are epoch milliseconds. */
export interface ScriptedCall {
  /** The number of the call among all calls for an answer, from 1; 0 for the test of `auto`. */
  call: number
  at: number
  model: string
  path: string
  authorization: string | undefined
  body: Record<string, unknown>
  /** The number of words that were sent. */
  words: number
  bytes: number
  state: 'open' | 'ended' | 'closed-by-client'
  endedAt?: number
}

export interface AnswerFormat {
  contentType: string
  /** Writes one piece of text. */
  text(piece: string): string
  reasoning(piece: string, field: 'reasoning_content' | 'reasoning' | 'both'): string
  frame(value: unknown): string
  comment: string
  end(finish: string | null, words: number): string
  done: string
  plain(text: string, finish: string | null, words: number): unknown
}

/** Plays a script into a response. Resolves when the script has ended or the client has disconnected. */
export async function playScript(
  response: ServerResponse,
  {
    script,
    words,
    format,
    record,
  }: {
    script: Script
    words: string[]
    format: AnswerFormat
    record: ScriptedCall
  },
): Promise<void> {
  const { wordsPerSecond = 0, fault, finish = 'stop' } = script
  const disconnected = new AbortController()
  response.once('close', () => disconnected.abort())
  response.writeHead(200, { 'content-type': script.contentType ?? format.contentType })
  response.flushHeaders()
  const write = createWriter(response, { script, record, disconnected: disconnected.signal })
  const pause = (ms: number): Promise<void> => waitWithComments(ms, disconnected.signal)

  async function waitWithComments(ms: number, signal: AbortSignal): Promise<void> {
    const until = performance.now() + ms
    while (!signal.aborted && performance.now() < until) {
      const step = Math.max(0, Math.min(until - performance.now(), script.commentMs ?? Infinity))
      await delay(step, undefined, { signal }).catch(() => undefined)
      if (script.commentMs !== undefined && !signal.aborted && performance.now() < until)
        await write(format.comment)
    }
  }

  const breakOff = async (): Promise<void> => {
    // Waits until the written data has been sent.
    await new Promise(setImmediate)
    response.destroy()
  }
  if (script.raw !== undefined) {
    await write(script.raw)
    if (fault?.how === 'hang') return await pause(3_600_000)
    return fault?.how === 'break' ? await breakOff() : void response.end()
  }
  if (script.plain) record.words = words.length
  if (script.plain)
    return void response.end(JSON.stringify(format.plain(words.join(''), finish, words.length)))
  if (script.firstWordMs) await pause(script.firstWordMs)
  for (const piece of script.reasoning ?? []) {
    await write(format.reasoning(piece, script.reasoningField ?? 'reasoning_content'))
  }
  const start = performance.now()
  for (let place = 0; !disconnected.signal.aborted; place++) {
    if (fault?.after === place) {
      if (fault.how === 'hang') return await pause(3_600_000)
      if (fault.how === 'break') return await breakOff()
      if (fault.how === 'frame') await write(format.frame(fault.frame))
      return void response.end()
    }
    const text = script.flood ? `flood${place} ` : words[place]
    if (text === undefined) break
    if (wordsPerSecond > 0) await pause(start + (place * 1000) / wordsPerSecond - performance.now())
    if (disconnected.signal.aborted) return
    await write(format.text(text))
    record.words++
  }
  for (const chunk of script.chunks ?? []) await write(format.frame(chunk))
  await write(format.end(finish, words.length))
  if (script.done !== false && format.done !== '') await write(format.done)
  response.end()
}

/** Writes text in the pieces that the script demands, and waits for the socket. */
function createWriter(
  response: ServerResponse,
  { script, record, disconnected }: { script: Script; record: ScriptedCall; disconnected: AbortSignal },
): (text: string) => Promise<void> {
  const { lineEnd = '\n', cut, seed = 1 } = script
  const random = mulberry32(seed)
  return async (text) => {
    const bytes = Buffer.from(lineEnd === '\n' ? text : text.replaceAll('\n', lineEnd))
    for (let at = 0; at < bytes.length;) {
      const length = cut === undefined ? bytes.length : 1 + Math.floor(random() * cut)
      const piece = bytes.subarray(at, at + length)
      at += length
      if (response.destroyed) return
      record.bytes += piece.length
      const hasRoom = response.write(piece)
      // Waits one turn of the event loop between pieces, because the socket would join them otherwise.
      if (!hasRoom) await once(response, 'drain', { signal: disconnected }).catch(() => undefined)
      else if (cut !== undefined) await new Promise(setImmediate)
    }
  }
}

/** The public-domain generator of Tommy Ettinger: the same seed gives the same pieces. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
