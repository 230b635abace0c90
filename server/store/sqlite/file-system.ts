import { statfsSync } from 'node:fs'

// File system types: the magic numbers of statfs(2).
const network: Record<number, string> = {
  0x6969: 'NFS',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x517b: 'SMB',
  0x5346414f: 'AFS',
  0x00c36400: 'CephFS',
}
const doubtful: Record<number, string> = { 0x65735546: 'FUSE or virtiofs', 0x01021997: '9P' }

export type FileSystemVerdict = { kind: 'fine' } | { kind: 'refused' | 'doubtful'; sentence: string }

/** Judges whether SQLite's write-ahead log, which needs shared memory, works on a file system of this type. */
export function judgeFileSystem(type: number, folder: string): FileSystemVerdict {
  const name = network[type >>> 0]
  if (name !== undefined) {
    return {
      kind: 'refused',
      sentence: `DATA_DIR ${folder} is on ${name}, where the embedded database would be damaged: put DATA_DIR on a local disk, or set DATABASE_URL to a PostgreSQL database`,
    }
  }
  const doubt = doubtful[type >>> 0]
  if (doubt === undefined) return { kind: 'fine' }
  return {
    kind: 'doubtful',
    sentence: `DATA_DIR ${folder} is on ${doubt}, which may lack guarantees that the embedded database needs: use a local disk, or set DATABASE_URL to a PostgreSQL database`,
  }
}

export function fileSystemOf(folder: string): FileSystemVerdict {
  return judgeFileSystem(statfsSync(folder).type, folder)
}
