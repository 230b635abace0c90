import { setTimeout as delay } from 'node:timers/promises'
import type { ServerResponse } from 'node:http'
import { once } from 'node:events'

/** What a model of the scripted provider does. All of it is JSON, so that another process can set it. */
export interface Script {
  /** How many words of `scripted-words.ts`, or exactly these pieces of text. Default 20. */
  words?: number | string[]
  /** 0 (default): as fast as the socket takes them. */
  wordsPerSecond?: number
  /** Pause before the first word, ms. */
  firstWordMs?: number
  /** The form of a given text that it continues; `none`: it begins anew. Default `trailing`. */
  continues?: 'trailing' | 'prefix' | 'vllm' | 'none'
  /** What it says to the question whether it continues, instead of what `continues` makes it say. */
  question?: string
  /** Says the given text again before it continues. */
  echoes?: boolean
  reasoning?: string[]
  reasoningField?: 'reasoning_content' | 'reasoning' | 'both'
  /** Further pieces behind the words, as they are (`{choices: […]}`). */
  chunks?: unknown[]
  /** Default `stop`; null: says none. */
  finish?: string | null
  /** Sends `[DONE]`. Default true. */
  done?: boolean
  /** After so many words: falls silent, breaks the connection, ends it properly, or sends this frame and ends. */
  fault?: { after: number; how: 'hang' | 'break' | 'end' } | { after: number; how: 'frame'; frame: unknown }
  /** Sends a comment this often while it is otherwise silent, ms. */
  commentMs?: number
  /** Never stops, as fast as the socket takes it. */
  flood?: boolean
  /** Takes the request and never answers. */
  silent?: boolean
  /** Answers with this instead; the first `times` calls only, when given. */
  refuse?: { status: number; headers?: Record<string, string>; body?: unknown; times?: number }
  /** Body fields that are refused with a 400 that names them. */
  refusesFields?: string[]
  /** Answers with one JSON object, though a stream was asked for. */
  plain?: boolean
  /** Sends exactly this as the body; a `fault` comes behind it. */
  raw?: string
  contentType?: string
  lineEnd?: '\n' | '\r\n' | '\r'
  /** How the bytes are cut: `events` (default), or pieces of 1 to `cut` bytes, from `seed`. */
  cut?: number
  seed?: number
}

/** One call, as it is recorded. Times are epoch milliseconds. */
export interface ScriptedCall {
  /** Counts the calls for an answer, from 1; 0 for the question whether the model continues. */
  call: number
  at: number
  model: string
  path: string
  authorization: string | undefined
  body: Record<string, unknown>
  /** Words sent. */
  words: number
  bytes: number
  state: 'open' | 'ended' | 'closed-by-client'
  endedAt?: number
}

export interface AnswerFormat {
  contentType: string
  /** The bytes of one piece; undefined where the format has none for it. */
  text(piece: string): string
  reasoning(piece: string, field: 'reasoning_content' | 'reasoning' | 'both'): string
  frame(value: unknown): string
  comment: string
  end(finish: string | null, words: number): string
  done: string
  plain(text: string, finish: string | null, words: number): unknown
}

/** Plays a script into a response. Returns when it has ended or the client has gone. */
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
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  response.writeHead(200, { 'content-type': script.contentType ?? format.contentType })
  response.flushHeaders()
  const write = createWriter(response, { script, record, gone: gone.signal })
  const pause = (ms: number): Promise<void> => waitWithComments(ms, gone.signal)

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
    // What was written goes out first.
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
  for (let place = 0; !gone.signal.aborted; place++) {
    if (fault?.after === place) {
      if (fault.how === 'hang') return await pause(3_600_000)
      if (fault.how === 'break') return await breakOff()
      if (fault.how === 'frame') await write(format.frame(fault.frame))
      return void response.end()
    }
    const text = script.flood ? `flood${place} ` : words[place]
    if (text === undefined) break
    if (wordsPerSecond > 0) await pause(start + (place * 1000) / wordsPerSecond - performance.now())
    if (gone.signal.aborted) return
    await write(format.text(text))
    record.words++
  }
  for (const chunk of script.chunks ?? []) await write(format.frame(chunk))
  await write(format.end(finish, words.length))
  if (script.done !== false && format.done !== '') await write(format.done)
  response.end()
}

/** Writes text as the script cuts it, and waits for the socket. */
function createWriter(
  response: ServerResponse,
  { script, record, gone }: { script: Script; record: ScriptedCall; gone: AbortSignal },
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
      const room = response.write(piece)
      // One turn of the loop between pieces, or the socket would put them together again.
      if (!room) await once(response, 'drain', { signal: gone }).catch(() => undefined)
      else if (cut !== undefined) await new Promise(setImmediate)
    }
  }
}

/** The public-domain generator of Tommy Ettinger: the same cuts for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
