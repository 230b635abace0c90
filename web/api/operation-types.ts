import type { z } from 'zod'
import type { OperationName, Operations } from '../../protocol/http/index.ts'

type Part<K extends OperationName, P extends 'params' | 'query' | 'body'> = Operations[K] extends {
  [key in P]?: infer S
}
  ? Exclude<S, undefined> extends z.ZodUndefined
    ? undefined
    : Exclude<S, undefined> extends z.ZodType
      ? z.input<Exclude<S, undefined>>
      : undefined
  : undefined

type Given<P extends string, V> = [V] extends [undefined] ? { [key in P]?: undefined } : { [key in P]: V }
type Optional<P extends string, V> = [V] extends [undefined] ? { [key in P]?: undefined } : { [key in P]?: V }

/** The input of an operation: `params`, `query` and `body`, if it has them. */
export type InputOf<K extends OperationName> = Given<'params', Part<K, 'params'>> &
  Optional<'query', Part<K, 'query'>> &
  Given<'body', Part<K, 'body'>>

/** The arguments after an operation's name. The input is optional if none of its fields is required. */
export type ArgsOf<K extends OperationName> =
  Partial<InputOf<K>> extends InputOf<K>
    ? [input?: InputOf<K>, signal?: AbortSignal]
    : [input: InputOf<K>, signal?: AbortSignal]
