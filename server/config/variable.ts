/** The value of a variable's text, or why the text is invalid and what to write instead. */
export type Parsed<T> = { value: T; warning?: string } | { problem: string; cure: string }

/** How to parse one kind of value. */
export interface Kind<T> {
  /** The type in the documentation, such as `integer` or `lax | strict | none`. */
  type: string
  parse(text: string): Parsed<T>
}

/** One row of the table of variables. */
export interface Variable<T> {
  name: string
  /** Names that are read, with a warning, if `name` is not set. */
  oldNames: string[]
  /** Other spellings. They override `name`, as in other programs, and cause no warning. */
  spellings: string[]
  kind: Kind<T>
  /** The value if neither the environment nor the command line sets the variable. */
  fallback: T
  /** The fallback as the documentation shows it. */
  fallbackText: string
  unit: string
  /** Explains the variable to an operator, in one or a few sentences. */
  meaning: string
  /** `all`: never shown. `password`: a URL, shown without its password. Both can be read from a file: `<NAME>_FILE`. */
  secret: 'no' | 'password' | 'all'
  /** Masks the secret parts of the text for display; undefined if the text needs no special masking. */
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
