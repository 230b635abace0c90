import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { fileSystemOf, judgeFileSystem } from './file-system.ts'

describe('judgeFileSystem', () => {
  test('network file systems are refused by name, with the cure', () => {
    for (const [type, name] of [
      [0x6969, 'NFS'],
      [0xff534d42, 'CIFS'],
      [0xff534d42 | 0, 'CIFS'],
      [0xfe534d42, 'SMB'],
    ] as const) {
      const verdict = judgeFileSystem(type, '/data')
      expect(verdict.kind).toBe('refused')
      expect(verdict.kind === 'refused' && verdict.sentence).toMatch(
        new RegExp(`DATA_DIR /data is on ${name}.*DATABASE_URL`),
      )
    }
  })

  test('file systems without certain guarantees are doubtful', () => {
    expect(judgeFileSystem(0x65735546, '/data').kind).toBe('doubtful')
    expect(judgeFileSystem(0x01021997, '/data').kind).toBe('doubtful')
  })

  test('local file systems are fine', () => {
    for (const type of [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630]) {
      expect(judgeFileSystem(type, '/data')).toEqual({ kind: 'fine' })
    }
    expect(fileSystemOf(tmpdir()).kind).not.toBe('refused')
  })
})
