import { expect, test } from 'vitest'
import { parseCommandLine, UsageError } from './command-line.ts'
import { commands, helpText } from './commands.ts'

const parse = (line: string): ReturnType<typeof parseCommandLine> =>
  parseCommandLine(line.split(' ').filter(Boolean))

test.each([
  ['', { name: 'help' }],
  ['--help', { name: 'help' }],
  ['user create --help', { name: 'help' }],
  ['-v', { name: 'version' }],
  ['start --port 8081 --host ::1 --data=/srv', { name: 'start', port: '8081', host: '::1', data: '/srv' }],
  ['user list --json', { name: 'user list', json: true }],
  [
    'user create --email a@b.c --name A --password-stdin',
    { name: 'user create', email: 'a@b.c', 'password-stdin': true },
  ],
  ['user set-role a@b.c admin', { name: 'user set-role', email: 'a@b.c', role: 'admin' }],
  ['user set-role admin --email a@b.c', { name: 'user set-role', email: 'a@b.c', role: 'admin' }],
  ['user deactivate a@b.c --data /srv', { name: 'user deactivate', email: 'a@b.c', data: '/srv' }],
  ['key create --user a@b.c --name ci', { name: 'key create', user: 'a@b.c' }],
])('shoal %s', (line, expected) => {
  const { name, ...rest } = expected
  const { name: command, flags, switches } = parse(line)
  expect(command).toBe(name)
  expect({ ...flags, ...Object.fromEntries([...switches].map((one) => [one, true])) }).toMatchObject(rest)
})

test.each([
  ['strat', /no command "strat" \(did you mean start\?\)/],
  ['user', /needs one of these commands: create, list/],
  ['user lsit', /did you mean list\?/],
  [
    'start --prot 1',
    /no option --prot \(did you mean --port\?\); its options are --port, --host, --workers, --data/,
  ],
  ['version --json', /no option --json; it has no options/],
  ['start --port', /--port/],
  ['start --port= ', /--port needs a value/],
  ['user create --email a@b.c', /--name needs a value/],
  ['user set-role a@b.c', /--role needs a value/],
  ['user list a@b.c', /unexpected argument "a@b\.c"/],
])('shoal %s is refused with the cure', (line, message) => {
  expect(() => parse(line)).toThrow(message)
  expect(() => parse(line)).toThrow(UsageError)
})

test('the help lists every command and option', () => {
  const help = helpText()
  for (const { words, flags } of commands) {
    expect(help).toContain(`shoal ${words}`)
    for (const flag of Object.keys(flags)) expect(help).toContain(`--${flag}`)
  }
})
