import { migrations } from '../migrations/all.ts'
import { recordOf } from '../migrations/made-step.ts'
import { writeBackupFile } from './backup-file.ts'
import { openSnapshot } from './open-snapshot.ts'
import type { Place } from './open-snapshot.ts'
import { fingerprintIn, sourceOf } from './snapshot-source.ts'

export interface BackupOptions extends Place {
  file: string
  /** Of this program, for whoever looks into the file. */
  version: string
  /** The generated secret that has this fingerprint, where DATA_DIR has it; it goes along. */
  secretWith: (fingerprint: string | null) => string | null
}

/**
 * Saves a whole installation as it is at this moment, while it is in use, from either database. Answers with the rows
 * of each table. Rejects with a sentence; a file is there only once it is whole.
 */
export async function writeBackup(options: BackupOptions): Promise<{ table: string; rows: number }[]> {
  const { file, version, clock, secretWith } = options
  const snapshot = await openSnapshot(options)
  try {
    const secretKey = snapshot.kind === 'sqlite' ? secretWith(await fingerprintIn(snapshot)) : null
    const createdAt = new Date(clock.now()).toISOString()
    return await writeBackupFile(
      file,
      // The steps of the snapshot are those of this code; a database may not have recorded their checksums yet.
      {
        version,
        schema: snapshot.steps.at(-1)?.number ?? 0,
        steps: migrations.map(recordOf),
        createdAt,
        secretKey,
      },
      sourceOf(snapshot),
    )
  } finally {
    await snapshot.close()
  }
}
