/** What a variable's text means, or why it cannot be right and what to write instead. */
export type Parsed<T> = { value: T; warning?: string } | { problem: string; cure: string }

/** A way to read one kind of value. */
export interface Kind<T> {
  /** For the documentation: `integer`, `boolean`, `lax | strict | none`. */
  type: string
  parse(text: string): Parsed<T>
}

/** One row of the table of variables. */
export interface Variable<T> {
  name: string
  /** Read, with a warning, where `name` is not set. */
  oldNames: string[]
  /** Other spellings, which win over `name` as they do in other programs; read without a warning. */
  spellings: string[]
  kind: Kind<T>
  /** Where neither the environment nor the command line says anything. */
  fallback: T
  /** How the documentation writes the fallback. */
  fallbackText: string
  unit: string
  /** One or two sentences for an operator. */
  meaning: string
  /** `all`: never shown. `password`: a URL, shown without its password. Both may come from a file named by `<NAME>_FILE`. */
  secret: 'no' | 'password' | 'all'
  /** How its text is shown, where parts of it are secret. */
  show: ((text: string) => string) | undefined
}

export interface VariableOptions<T> extends Pick<Variable<T>, 'kind' | 'meaning'> {
  fallback: NoInfer<T>
  fallbackText?: string
  unit?: string
  secret?: Variable<T>['secret']
  oldNames?: string[]
  spellings?: string[]
  show?: Variable<T>['show']
}

export function variable<T>(name: string, options: VariableOptions<T>): Variable<T> {
  const {
    kind,
    fallback,
    meaning,
    fallbackText,
    unit = '',
    secret = 'no',
    oldNames = [],
    spellings = [],
    show,
  } = options
  return {
    name,
    oldNames,
    spellings,
    kind,
    fallback,
    fallbackText: fallbackText ?? defaultText(fallback),
    unit,
    meaning,
    secret,
    show,
  }
}

function defaultText(fallback: unknown): string {
  const plain = typeof fallback === 'string' || typeof fallback === 'number' || typeof fallback === 'boolean'
  return plain ? String(fallback) : ''
}
