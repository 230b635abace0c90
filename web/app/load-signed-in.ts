/** The page behind the door, which signing in does not need. */
export function loadSignedIn(): Promise<typeof import('./signed-in.tsx')> {
  return import('./signed-in.tsx')
}
