import { AppError } from '../../protocol/errors.ts'
import {
  email as emailField,
  name as nameField,
  password as passwordField,
} from '../../protocol/http/account-fields.ts'
import { role as roleField } from '../../protocol/http/users.ts'
import type { Role } from '../../protocol/http/users.ts'
import type { UserView } from '../../protocol/index.ts'
import type { z } from 'zod'
import type { EpochCounts, EpochView } from '../store/contract/epochs.ts'
import type { UserRow } from '../store/contract/users.ts'
import { changeUser, giveNewPassword } from './administer-users.ts'
import { makeApiKeyFor } from './api-keys.ts'
import type { OperatorContext } from './context.ts'
import { makeFirstUser, makeUser } from './make-user.ts'
import { presentUser } from './present-user.ts'

/** The actions of the command line. They need no caller, because an operator has access to the server's machine. */
export interface Operator {
  /** Throws `email_taken` or `bad_request` with the field. */
  createUser(input: { email: string; name: string; role: string; password: string }): Promise<UserView>
  /** All users, newest first. */
  listUsers(): Promise<UserView[]>
  setRole(email: string, role: string): Promise<UserView>
  resetPassword(email: string): Promise<{ password: string }>
  setActive(email: string, active: boolean): Promise<UserView>
  /** The result is the only place that shows the key. */
  createApiKey(email: string, name: string): Promise<{ key: string }>
  /** To be called after a point-in-time recovery, which the server cannot distinguish from a failover: see `Epochs`. */
  beginEpoch(): Promise<EpochCounts>
  /** Reactivates the API keys and background jobs that a new epoch suspended. */
  confirmEpoch(): Promise<EpochView['unconfirmed']>
  /** Creates the administrator of WEBUI_ADMIN_EMAIL if no account exists yet. Returns false if one exists. */
  ensureFirstAdmin(admin: FirstAdmin): Promise<boolean>
}

export interface FirstAdmin {
  email: string
  name: string
  password: string
}

export function createOperator(context: OperatorContext): Operator {
  const { store, hasher, authenticator, announce } = context

  async function find(email: string): Promise<UserRow> {
    const user = await store.users.byEmail(check('email', emailField, email))
    if (!user)
      throw new AppError('not_found', {
        field: 'email',
        message: `There is no account with the email address ${email}.`,
      })
    return user
  }

  return {
    async createUser(input) {
      const role = checkRole(input.role)
      const email = check('email', emailField, input.email)
      const name = check('name', nameField, input.name)
      const passwordHash = await hasher.hash(check('password', passwordField, input.password), undefined, {
        known: true,
      })
      return presentUser(await makeUser(store, { email, name, role, passwordHash }))
    },
    async listUsers() {
      const users: UserView[] = []
      let cursor: string | null = null
      do {
        const page: { items: UserRow[]; next: string | null } = await store.users.list(
          cursor === null ? { limit: 100 } : { limit: 100, cursor },
        )
        users.push(...page.items.map(presentUser))
        cursor = page.next
      } while (cursor !== null)
      return users
    },
    setRole: async (email, role) => changeUser(context, (await find(email)).id, { role: checkRole(role) }),
    resetPassword: async (email) => giveNewPassword(context, (await find(email)).id),
    setActive: async (email, active) => changeUser(context, (await find(email)).id, { active }),
    async createApiKey(email, name) {
      const user = await find(email)
      const { key } = await makeApiKeyFor(context, user.id, { name: check('name', nameField, name) })
      return { key }
    },
    async beginEpoch() {
      const counts = await store.epochs.begin('operator')
      authenticator.forgetAll()
      announce('revocations')
      return counts
    },
    confirmEpoch: () => store.epochs.confirm(),
    async ensureFirstAdmin({ email, name, password }) {
      if ((await store.users.count()) > 0) return false
      const passwordHash = await hasher.hash(password, undefined, { known: true })
      return (await makeFirstUser(store, { email, name, passwordHash, role: 'admin' })) !== 'not-first'
    },
  }
}

function checkRole(text: string): Role {
  const parsed = roleField.safeParse(text)
  if (parsed.success) return parsed.data
  throw new AppError('bad_request', { field: 'role', message: `role must be admin, user or pending.` })
}

function check(field: string, schema: z.ZodType<string>, value: string): string {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('bad_request', {
    field,
    message: `${field} ${parsed.error.issues[0]?.message ?? 'is not valid'}.`,
  })
}
