type SignedInModule = typeof import('./signed-in.tsx')

let loaded: SignedInModule | undefined

/** The page behind the door, which signing in does not need. */
export async function loadSignedIn(): Promise<SignedInModule> {
  loaded ??= await import('./signed-in.tsx')
  return loaded
}

/** The same if it is here already: to be shown in the first drawing, not in the second. */
export function signedInIfLoaded(): SignedInModule | undefined {
  return loaded
}
