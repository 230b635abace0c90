export interface CommandSpec {
  /** Words after `shoal`. */
  words: string
  summary: string
  /** Flags with a value: name → what it is for. */
  flags: Record<string, string>
  /** Flags without. */
  switches?: Record<string, string>
  /** Switches that Shoal gives itself; the help is silent about them. */
  internal?: string[]
  /** Flags that must be there. Their values may also stand without the flag, in this order. */
  needed?: string[]
}

const data = { data: 'folder of the embedded store (DATA_DIR)' }
const email = { email: 'address of the account' }
const roles = 'admin, user or pending'

/** Every command, in the order in which the help lists them. */
export const commands = [
  {
    words: 'start',
    summary: 'Start the server',
    flags: {
      port: 'port to listen on (PORT, 8080)',
      host: 'address to listen on (HOST, 0.0.0.0)',
      workers: 'processes that share the port (WORKERS, 1)',
      ...data,
    },
    internal: ['supervised'],
  },
  {
    words: 'user create',
    summary: 'Make an account; the password comes on standard input',
    flags: { ...email, name: 'name of the person', role: `${roles} (default: user)`, ...data },
    switches: { 'password-stdin': 'read the password from standard input' },
    needed: ['email', 'name'],
  },
  {
    words: 'user list',
    summary: 'List the accounts, newest first',
    flags: data,
    switches: { json: 'as JSON' },
  },
  {
    words: 'user set-role',
    summary: 'Change the role of an account; also approves a pending one',
    flags: { ...email, role: roles, ...data },
    needed: ['email', 'role'],
  },
  {
    words: 'user reset-password',
    summary: 'Give an account a new password, print it, and end its sessions',
    flags: { ...email, ...data },
    needed: ['email'],
  },
  {
    words: 'user deactivate',
    summary: 'Lock an account out and end its sessions',
    flags: { ...email, ...data },
    needed: ['email'],
  },
  {
    words: 'user activate',
    summary: 'Let a deactivated account in again',
    flags: { ...email, ...data },
    needed: ['email'],
  },
  {
    words: 'key create',
    summary: 'Make an API key and print it alone',
    flags: { user: 'address of the account', name: 'what the key is for', ...data },
    needed: ['user', 'name'],
  },
  {
    words: 'migrate',
    summary: 'Bring the schema of the store up to date (DATABASE_MIGRATION_URL)',
    flags: data,
  },
  {
    words: 'backup',
    summary: 'Save everything to a file, while the server runs',
    flags: { to: 'file to write; it must not be there yet', ...data },
    needed: ['to'],
  },
  {
    words: 'restore',
    summary: 'Bring a saved installation into an empty place, of either database, and check it',
    flags: { from: 'file that backup has written', ...data },
    switches: {
      replace: 'drop what is there',
      'as-copy': 'for a copy beside the original: disable its provider connections too',
    },
    needed: ['from'],
  },
  {
    words: 'store confirm',
    summary: 'After a restore: let API keys and background jobs work again',
    flags: data,
  },
  {
    words: 'store new-epoch',
    summary: 'After a point-in-time recovery: end sessions and unfinished answers, suspend API keys and jobs',
    flags: data,
  },
  {
    words: 'store change-secret',
    summary: 'Put the WEBUI_SECRET_KEY that is set in place of the one that comes on standard input',
    flags: data,
  },
  {
    words: 'db copy',
    summary: 'Copy an embedded installation into an empty PostgreSQL database, and check it',
    flags: { to: 'address of the database, as for DATABASE_URL', ...data },
    needed: ['to'],
  },
  {
    words: 'config',
    summary: 'Print every setting of the environment, without secrets, and where it comes from',
    flags: { port: 'as for start', host: 'as for start', ...data },
  },
  { words: 'version', summary: 'Print the version', flags: {} },
  { words: 'help', summary: 'Print this', flags: {} },
] as const satisfies readonly CommandSpec[]

export type CommandName = (typeof commands)[number]['words']

/** What `shoal help` prints. */
export function helpText(): string {
  return [
    'Shoal: a self-hosted AI chat for teams.',
    '',
    ...commands.map((spec) => describe(spec)),
    '',
    'Everything else is said by environment variables: see docs/configuration.md, and `shoal config` for their values.',
    'Accounts can be administered while the server runs.',
  ].join('\n')
}

function describe({ words, summary, flags, switches = {}, needed = [] }: CommandSpec): string {
  const usage = [
    ...Object.keys(flags).map((name) =>
      needed.includes(name) ? `--${name} ${name.toUpperCase()}` : `[--${name} ${name.toUpperCase()}]`,
    ),
    ...Object.keys(switches).map((name) => `[--${name}]`),
  ]
  return `  shoal ${[words, ...usage].join(' ')}\n      ${summary}`
}
