import { AppError } from '../../protocol/index.ts'
import { settingsValues } from '../../protocol/http/settings.ts'
import type { SettingName, SettingsValues, SettingsView } from '../../protocol/http/settings.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { StoredSettings } from '../store/contract/fleet.ts'

export interface SettingsOptions {
  store: StoredSettings
  /** What the environment says, defaults included. */
  environment: SettingsValues
  /** The variable behind a setting. */
  variables: Partial<Record<SettingName, string>>
  /** ENABLE_PERSISTENT_CONFIG: saved values win. Otherwise they are not even looked at. */
  persistent: boolean
  /** A write was made: every instance reads anew, this one before it resolves. */
  raised: () => Promise<void>
  /** Instances that have applied what this one has, of all. */
  applied: () => { on: number; of: number }
  clock: Clock
  logger: Logger
}

/** As text, for people. */
export interface OverriddenVariable {
  variable: string
  saved: string
  environment: string
}

export interface SettingsChange {
  basedOn: string
  values: { [K in SettingName]?: SettingsValues[K] | undefined }
  unset: SettingName[]
}

/** Looks at a whole document before it is written; a sentence vetoes it. */
export type SettingsVeto = (next: SettingsValues) => { field: SettingName; message: string } | undefined

/**
 * The settings as one frozen snapshot with a revision. A write is based on a revision, validated as a whole, and
 * refused when somebody else was quicker; every instance reads the store and swaps its snapshot at once.
 */
export class Settings {
  readonly #options: SettingsOptions
  readonly #vetoes: SettingsVeto[] = []
  #current: Readonly<SettingsValues>
  #stored: Partial<SettingsValues> = {}
  #revision = ''

  constructor(options: SettingsOptions) {
    this.#options = options
    this.#current = Object.freeze({ ...options.environment })
  }

  /** The snapshot that counts now. Never changes in place. */
  get current(): Readonly<SettingsValues> {
    return this.#current
  }

  get revision(): string {
    return this.#revision
  }

  veto(veto: SettingsVeto): void {
    this.#vetoes.push(veto)
  }

  /** Applies the feed `settings`. A saved value that this version cannot read is reported and left out. */
  async read(): Promise<void> {
    const { store, environment, persistent } = this.#options
    const { values, revision } = await store.read()
    this.#stored = persistent ? this.#parse(values) : {}
    this.#current = Object.freeze({ ...environment, ...this.#stored })
    this.#revision = revision
  }

  view(): SettingsView {
    const { environment, variables, persistent, applied } = this.#options
    const names = Object.keys(this.#stored) as SettingName[]
    return {
      revision: this.#revision,
      values: { ...this.#current },
      writable: persistent,
      stored: names.map((name) => ({
        name,
        variable: variables[name] ?? null,
        environment: environment[name],
      })),
      applied: applied(),
    }
  }

  /** Variables whose value does not count, since an administrator has saved another one. */
  overridden(): OverriddenVariable[] {
    const { environment, variables } = this.#options
    return (Object.keys(this.#stored) as SettingName[]).flatMap((name) => {
      const variable = variables[name]
      if (variable === undefined) return []
      return [{ variable, saved: String(this.#current[name]), environment: String(environment[name]) }]
    })
  }

  /** RESET_CONFIG_ON_START: the environment counts again for everything. Answers how many saved values that cost. */
  async reset(): Promise<number> {
    const { store, clock, raised, logger } = this.#options
    const removed = new Set<string>()
    for (;;) {
      const { values, revision } = await store.read()
      if (values.length === 0) break
      const unset = values.map(({ name }) => name)
      const by = 'RESET_CONFIG_ON_START'
      const written = await store.write({ set: [], unset, basedOn: revision, by, at: clock.now() })
      // What somebody saves meanwhile is to go as well: the next round finds it.
      if (written.kind === 'written') for (const name of unset) removed.add(name)
    }
    if (removed.size > 0) await raised()
    logger.info(
      { dropped: removed.size },
      'RESET_CONFIG_ON_START: the saved settings are dropped, the environment counts again',
    )
    return removed.size
  }

  /** Rejects with `stale_revision` (who and when), `bad_request` with the field, or `forbidden`. */
  async change(
    by: { id: string; name: string },
    { basedOn, values, unset }: SettingsChange,
  ): Promise<SettingsView> {
    const { store, environment, persistent, clock, raised } = this.#options
    if (!persistent) {
      throw new AppError('forbidden', {
        message: 'ENABLE_PERSISTENT_CONFIG=false: change the variables of the environment and restart.',
      })
    }
    const given = Object.entries(withoutUndefined(values)).filter(([name]) => !isAmong(unset, name))
    const set = given.map(([name, value]) => ({ name, value: JSON.stringify(value) }))
    // Whatever this instance holds may be older than what is stored: the store merges, and the whole is looked at there.
    const written = await store.write({ set, unset, basedOn, by: by.name, at: clock.now() }, (merged) =>
      this.#validate({ ...environment, ...this.#parse(merged), ...Object.fromEntries(given) }),
    )
    if (written.kind === 'stale') {
      await raised()
      throw new AppError('stale_revision', { message: staleMessage(written) })
    }
    await raised()
    return this.view()
  }

  #validate(next: unknown): void {
    const whole = settingsValues.safeParse(next)
    if (!whole.success) {
      const [issue] = whole.error.issues
      throw new AppError('bad_request', {
        field: issue?.path.join('.') ?? 'values',
        message: issue?.message ?? 'is not valid',
      })
    }
    for (const veto of this.#vetoes) {
      const refused = veto(whole.data)
      if (refused) throw new AppError('bad_request', refused)
    }
  }

  #parse(rows: { name: string; value: string }[]): Partial<SettingsValues> {
    const found: Record<string, unknown> = {}
    for (const { name, value } of rows) {
      const schema = Object.hasOwn(settingsValues.shape, name)
        ? settingsValues.shape[name as SettingName]
        : undefined
      const parsed = schema?.safeParse(JSON.parse(value))
      if (parsed?.success) found[name] = parsed.data
      // A name that a newer version saved stays in the store as it is.
      else if (schema)
        this.#options.logger.warn({ setting: name }, 'a saved setting is not valid and does not count')
    }
    return found
  }
}

function withoutUndefined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>
}

const isAmong = (names: readonly string[], name: string): boolean => names.includes(name)

function staleMessage({ by, at, names }: { by: string; at: number; names: string[] }): string {
  const when = at > 0 ? ` on ${new Date(at).toISOString()}` : ''
  const what = names.length > 0 ? ` (${names.join(', ')})` : ''
  return `${by || 'Somebody else'} changed the settings${when}${what}. Look at the new ones and try again.`
}
