import { migrations } from '../migrations/all.ts'
import { asAppliedStep } from '../migrations/applied-step.ts'
import { writeBackupFile } from './backup-file.ts'
import { openSnapshot } from './open-snapshot.ts'
import type { Place } from './open-snapshot.ts'
import { fingerprintIn, sourceOf } from './snapshot-source.ts'

export interface BackupOptions extends Place {
  file: string
  /** Version of this program, written to the file's header. */
  version: string
  /** Returns the generated secret in DATA_DIR if it has this fingerprint. It is included in the backup. */
  secretWith: (fingerprint: string | null) => string | null
}

/**
 * Writes a backup of a whole installation as it is at this moment, from either database, even while it is in use.
 * Returns the row count of each table. Rejects with a message for the operator; the file exists only when it is
 * complete.
 */
export async function writeBackup(options: BackupOptions): Promise<{ table: string; rows: number }[]> {
  const { file, version, clock, secretWith } = options
  const snapshot = await openSnapshot(options)
  try {
    const secretKey = snapshot.kind === 'sqlite' ? secretWith(await fingerprintIn(snapshot)) : null
    const createdAt = new Date(clock.now()).toISOString()
    return await writeBackupFile(
      file,
      // The snapshot has exactly the steps of this code, but its database may not have recorded their checksums yet.
      {
        version,
        schema: snapshot.steps.at(-1)?.number ?? 0,
        steps: migrations.map(asAppliedStep),
        createdAt,
        secretKey,
      },
      sourceOf(snapshot),
    )
  } finally {
    await snapshot.close()
  }
}
