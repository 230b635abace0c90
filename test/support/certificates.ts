import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Certificates {
  ca: string
  cert: string
  key: string
}

/**
 * Creates a private authority and a certificate for localhost (not 127.0.0.1) with openssl. Returns paths of PEM files.
 */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const path = (name: string): string => join(folder, name)
  const files = { ca: path('ca.pem'), cert: path('cert.pem'), key: path('key.pem') }
  const openssl = (line: string): Promise<unknown> => run('openssl', line.split(' '), { cwd: folder })
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
  await openssl(`req -x509 -days 2 -subj /CN=authority ${newKey} -keyout ca-key.pem -out ca.pem`)
  await openssl(`req -subj /CN=localhost ${newKey} -keyout key.pem -out request.pem`)
  await writeFile(path('names.txt'), 'subjectAltName=DNS:localhost\n')
  const signer = '-CA ca.pem -CAkey ca-key.pem -CAcreateserial -extfile names.txt'
  await openssl(`x509 -req -days 2 -in request.pem ${signer} -out cert.pem`)
  return files
}
