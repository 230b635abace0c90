export interface CommandSpec {
  /** The name of the command: the words after `shoal`. */
  words: string
  summary: string
  /** Options with a value: name → description. The help shows only the names. */
  flags: Record<string, string>
  /** Options without a value: name → description. The help shows only the names. */
  switches?: Record<string, string>
  /** Options that only Shoal itself passes; the help does not list them. */
  internal?: string[]
  /** Required options. Their values may also be given without the option's name, in this order. */
  required?: string[]
}

const data = { data: 'folder of the embedded store (DATA_DIR)' }
const email = { email: 'email address of the account' }
const roles = 'admin, user or pending'

/** Every command, in the order in which the help lists them. */
export const commands = [
  {
    words: 'start',
    summary: 'Start the server; the options override the variables PORT, HOST, WORKERS and DATA_DIR',
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
    summary:
      'Create an account; ROLE is admin, user or pending, and the password is read from standard input',
    flags: { ...email, name: 'name of the user', role: `${roles} (default: user)`, ...data },
    switches: { 'password-stdin': 'read the password from standard input' },
    required: ['email', 'name'],
  },
  {
    words: 'user list',
    summary: 'List the accounts, newest first',
    flags: data,
    switches: { json: 'print JSON' },
  },
  {
    words: 'user set-role',
    summary: 'Change the role of an account to admin, user or pending; this also approves a pending account',
    flags: { ...email, role: roles, ...data },
    required: ['email', 'role'],
  },
  {
    words: 'user reset-password',
    summary: 'Set a new random password for an account, print it, and end the sessions of the account',
    flags: { ...email, ...data },
    required: ['email'],
  },
  {
    words: 'user deactivate',
    summary: 'Deactivate an account and end its sessions',
    flags: { ...email, ...data },
    required: ['email'],
  },
  {
    words: 'user activate',
    summary: 'Reactivate a deactivated account',
    flags: { ...email, ...data },
    required: ['email'],
  },
  {
    words: 'key create',
    summary: 'Create an API key for the account with the email address USER, and print only the key',
    flags: { user: 'email address of the account', name: 'name of the key', ...data },
    required: ['user', 'name'],
  },
  {
    words: 'migrate',
    summary:
      'Update the database schema; with PostgreSQL, as the user in DATABASE_MIGRATION_URL if that is set',
    flags: data,
  },
  {
    words: 'backup',
    summary: 'Save all data to the new file TO; the server may keep running',
    flags: { to: 'file to write; it must not exist yet', ...data },
    required: ['to'],
  },
  {
    words: 'restore',
    summary:
      'Restore the backup file FROM into an empty embedded store or PostgreSQL database, and check the result',
    flags: { from: 'file that `shoal backup` wrote', ...data },
    switches: {
      replace: 'delete the existing data first',
      'as-copy': 'for a copy that runs beside the original: also disable its provider connections',
    },
    required: ['from'],
  },
  {
    words: 'store confirm',
    summary: 'After a restore: reactivate the suspended API keys and background jobs',
    flags: data,
  },
  {
    words: 'store new-epoch',
    summary:
      'After a point-in-time recovery: end sessions and unfinished answers, suspend API keys and background jobs',
    flags: data,
  },
  {
    words: 'store change-secret',
    summary:
      'Change the secret to the WEBUI_SECRET_KEY of the environment; reads the former secret from standard input',
    flags: data,
  },
  {
    words: 'db copy',
    summary:
      'Copy the data of an embedded store into the empty PostgreSQL database with the address TO, and check the result',
    flags: { to: 'address of the database, as in DATABASE_URL', ...data },
    required: ['to'],
  },
  {
    words: 'config',
    summary: 'Print the effective value of every environment variable and its source, without secrets',
    flags: { port: 'as for start', host: 'as for start', ...data },
  },
  { words: 'version', summary: 'Print the version', flags: {} },
  { words: 'help', summary: 'Print this help', flags: {} },
] as const satisfies readonly CommandSpec[]

export type CommandName = (typeof commands)[number]['words']

/** The output of `shoal help`. */
export function helpText(): string {
  return [
    'Shoal: a self-hosted AI chat for teams.',
    '',
    ...commands.map((spec) => describe(spec)),
    '',
    'Set everything else with environment variables: docs/configuration.md describes them, `shoal config` prints their values.',
    'You can manage accounts while the server runs.',
  ].join('\n')
}

function describe({ words, summary, flags, switches = {}, required = [] }: CommandSpec): string {
  const usage = [
    ...Object.keys(flags).map((name) =>
      required.includes(name) ? `--${name} ${name.toUpperCase()}` : `[--${name} ${name.toUpperCase()}]`,
    ),
    ...Object.keys(switches).map((name) => `[--${name}]`),
  ]
  return `  shoal ${[words, ...usage].join(' ')}\n      ${summary}`
}
