import { AppError } from '../../protocol/index.ts'
import { settingsValues } from '../../protocol/http/settings.ts'
import type { SettingName, SettingsValues, SettingsView } from '../../protocol/http/settings.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { StoredSettings } from '../store/contract/fleet.ts'

export interface SettingsOptions {
  store: StoredSettings
  /** The values from environment variables, with defaults for variables that are not set. */
  environment: SettingsValues
  /** The environment variable of each setting that has one. */
  variables: Partial<Record<SettingName, string>>
  /** ENABLE_PERSISTENT_CONFIG: saved values take precedence. If false, they are ignored and cannot be changed. */
  persistent: boolean
  /** Called after a write: notifies all instances to reread, and resolves once this instance has done so. */
  announceAndApply: () => Promise<void>
  /** How many instances have applied the same revision as this one (`on`), and how many there are (`of`). */
  applied: () => { on: number; of: number }
  clock: Clock
  logger: Logger
}

/** A variable whose value is overridden by a saved setting, with both values as text for display. */
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

/**
 * Checks all settings together before a write. Returns the field and the reason to reject them, otherwise undefined.
 */
export type SettingsVeto = (next: SettingsValues) => { field: SettingName; message: string } | undefined

/**
 * The settings as one frozen snapshot with a revision. A write names the revision that it is based on. It is validated
 * as a whole, and rejected if another write changed the same settings since. Every instance replaces its whole snapshot
 * when it rereads the store.
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

  /** The current snapshot. It is replaced, never modified. */
  get current(): Readonly<SettingsValues> {
    return this.#current
  }

  get revision(): string {
    return this.#revision
  }

  addVeto(veto: SettingsVeto): void {
    this.#vetoes.push(veto)
  }

  /** Called on the feed `settings`: rereads the store. A saved value that is not valid is logged and ignored. */
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

  /** The variables that are overridden by values that an administrator has saved. */
  overridden(): OverriddenVariable[] {
    const { environment, variables } = this.#options
    return (Object.keys(this.#stored) as SettingName[]).flatMap((name) => {
      const variable = variables[name]
      if (variable === undefined) return []
      return [{ variable, saved: String(this.#current[name]), environment: String(environment[name]) }]
    })
  }

  /**
   * For RESET_CONFIG_ON_START: removes all saved values, so that the environment applies again. Returns their number.
   */
  async reset(): Promise<number> {
    const { store, clock, announceAndApply, logger } = this.#options
    const removed = new Set<string>()
    for (;;) {
      const { values, revision } = await store.read()
      if (values.length === 0) break
      const unset = values.map(({ name }) => name)
      const by = 'RESET_CONFIG_ON_START'
      const written = await store.write({ set: [], unset, basedOn: revision, by, at: clock.now() })
      // The loop runs again to remove values that were saved in the meantime.
      if (written.kind === 'written') for (const name of unset) removed.add(name)
    }
    if (removed.size > 0) await announceAndApply()
    logger.info(
      { dropped: removed.size },
      'RESET_CONFIG_ON_START: saved settings were removed, the environment variables apply again',
    )
    return removed.size
  }

  /**
   * Rejects with `stale_revision` (its message names the other administrator and the time), `bad_request` with the
   * field, or `forbidden`.
   */
  async change(
    by: { id: string; name: string },
    { basedOn, values, unset }: SettingsChange,
  ): Promise<SettingsView> {
    const { store, environment, persistent, clock, announceAndApply } = this.#options
    if (!persistent) {
      throw new AppError('forbidden', {
        message:
          'Settings cannot be saved while ENABLE_PERSISTENT_CONFIG is false. Change the environment variables and restart.',
      })
    }
    const given = Object.entries(withoutUndefined(values)).filter(([name]) => !isAmong(unset, name))
    const set = given.map(([name, value]) => ({ name, value: JSON.stringify(value) }))
    // This instance's snapshot may be outdated, so the store merges the change and the merged settings are validated.
    const written = await store.write({ set, unset, basedOn, by: by.name, at: clock.now() }, (merged) =>
      this.#validate({ ...environment, ...this.#parse(merged), ...Object.fromEntries(given) }),
    )
    if (written.kind === 'stale') {
      await announceAndApply()
      const { by: author, at } = written
      throw new AppError('stale_revision', {
        message: staleMessage(written),
        ...(author === '' ? {} : { change: { by: author, at } }),
      })
    }
    await announceAndApply()
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
      // An unknown name was saved by a newer version: it stays in the store and is not logged.
      else if (schema)
        this.#options.logger.warn({ setting: name }, 'a saved setting is not valid and was ignored')
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
  return `${by || 'Someone else'} changed the settings${when}${what}. Review the latest settings and try again.`
}
