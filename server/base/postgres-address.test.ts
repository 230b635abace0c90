import { expect, test } from 'vitest'
import { readPostgresUrl } from './postgres-address.ts'
import type { PostgresAddress } from './postgres-address.ts'

function read(url: string): PostgresAddress & { notes: string[] } {
  const reading = readPostgresUrl(url)
  if (!reading.ok) throw new Error(`${reading.problem}; ${reading.cure}`)
  return { ...reading.address, notes: reading.notes }
}

test('the usual form, with the schemes of libpq and SQLAlchemy', () => {
  for (const scheme of ['postgres', 'postgresql', 'POSTGRESQL', 'postgresql+asyncpg', 'postgresql+psycopg2'])
    expect(read(` ${scheme}://u:p%40ss@db:6432/shoal `)).toEqual({
      hosts: [{ host: 'db', port: 6432 }],
      user: 'u',
      password: 'p@ss',
      database: 'shoal',
      sslMode: 'allow',
      notes: [],
    })
})

test('B6: a socket, in the query and as an escaped host', () => {
  const socket = {
    hosts: [{ host: '/cloudsql/p:r:i', port: 5432 }],
    user: 'u',
    password: 'p',
    database: 'db',
  }
  expect(read('postgresql://u:p@/db?host=/cloudsql/p:r:i')).toMatchObject(socket)
  expect(read('postgresql://u:p@/db?host=%2Fcloudsql%2Fp%3Ar%3Ai')).toMatchObject(socket)
  expect(read('postgresql://u:p@%2Fcloudsql%2Fp%3Ar%3Ai/db')).toMatchObject(socket)
  expect(read('postgresql:///db?host=/run&user=u&password=p')).toMatchObject({
    hosts: [{ host: '/run', port: 5432 }],
    user: 'u',
    password: 'p',
  })
})

test('B6: several hosts, with their ports or one for all', () => {
  expect(read('postgres://u@a:1,b,[fd00::1]:3/x?target_session_attrs=read-write')).toMatchObject({
    hosts: [
      { host: 'a', port: 1 },
      { host: 'b', port: 5432 },
      { host: 'fd00::1', port: 3 },
    ],
    notes: [],
  })
  expect(read('postgres:///x?host=a,b&port=7').hosts).toEqual([
    { host: 'a', port: 7 },
    { host: 'b', port: 7 },
  ])
  expect(read('postgres://u@/x?host=a,/run&port=7,8&hostaddr=10.0.0.1,').hosts).toEqual([
    { host: 'a', port: 7, address: '10.0.0.1' },
    { host: '/run', port: 8 },
  ])
  expect(read('postgres:///x?hostaddr=10.0.0.1').hosts).toEqual([
    { host: '10.0.0.1', port: 5432, address: '10.0.0.1' },
  ])
  expect(read('postgres:///x').hosts).toEqual([{ host: 'localhost', port: 5432 }])
})

test('B6: parameters are used, or ignored with a note', () => {
  expect(
    read(
      'postgres://h/x?sslmode=verify-full&sslrootcert=%2Fca.pem&sslcert=c&sslkey=k&options=-c%20a%3Db+c&application_name=n',
    ),
  ).toMatchObject({
    sslMode: 'verify-full',
    sslRootCert: '/ca.pem',
    sslCert: 'c',
    sslKey: 'k',
    options: '-c a=b+c',
    applicationName: 'n',
    notes: [],
  })
  expect(read('postgres://h/x?connect_timeout=10&pool_size=5&keepalives').notes).toEqual([
    'its parameter "connect_timeout" is ignored',
    'its parameter "pool_size" is ignored',
    'its parameter "keepalives" is ignored',
  ])
  expect(read('postgres://h/x?target_session_attrs=standby').notes).toEqual([
    expect.stringMatching(/standby.*can be written/),
  ])
})

test('sslmode of libpq, ssl of asyncpg, and the extra mode of pg', () => {
  for (const [query, mode] of [
    ['', 'allow'],
    ['sslmode=prefer', 'prefer'],
    ['sslmode=no-verify', 'require'],
    ['ssl=require', 'require'],
    ['ssl=true', 'require'],
    ['ssl=false', 'disable'],
    ['ssl=true&sslmode=disable', 'disable'],
  ])
    expect(read(`postgres://h/x?${query}`).sslMode).toBe(mode)
})

test('B6: an invalid part is named with a fitting cure, and no password is repeated', () => {
  for (const [url, part, cure] of [
    ['mysql://u:secret@h/x', /not the address of a PostgreSQL/, /postgresql:\/\//],
    ['postgres://u:sec/ret@h/x', /unescaped "\/"/, /%2F/],
    ['postgres://u:sec@r/et@h/x', /unescaped "\/"/, /%2F/],
    ['postgres://u:sec?ret@h/x', /unescaped "\?"/, /%3F/],
    ['postgres://u:sec#ret@h/x', /unescaped "#"/, /%23/],
    ['postgres://u:100%secret@h/x', /password contains a "%"/, /%25/],
    ['postgres://u:secret@h/x%', /name of the database contains a "%"/, /%25/],
    ['postgres://u:secret@h:port/x', /port/, /host:5432/],
    ['postgres://u:secret@h:0/x', /port/, /host:5432/],
    // Without the "@", the password is in the place of the port.
    ['postgres://u:secret/x', /port/, /user:password@host/],
    ['postgres://u:secret:1/x', /host/, /user:password@host/],
    ['postgres://u:secret@fd00::1/x', /host/, /brackets/],
    ['postgres://u:secret@h1,h2/x?port=1,2,3', /"port" has 3 entries for 2 hosts/, /one for each/],
    ['postgres://u:secret@h/x?sslmode=on', /sslmode=on/, /prefer/],
    ['postgres://u:secret@h/x?sslmode=verify-ca', /authority/, /sslrootcert/],
    ['', /not the address/, /postgresql:\/\//],
  ] as const) {
    const reading = readPostgresUrl(url)
    expect([url, reading]).toMatchObject([url, { ok: false }])
    if (reading.ok) continue
    expect(reading.problem).toMatch(part)
    expect(reading.cure).toMatch(cure)
    expect(JSON.stringify(reading)).not.toMatch(/secret|sec\b|ret\b/)
  }
})
