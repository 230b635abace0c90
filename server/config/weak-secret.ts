/** Words that example files and careless operators use as secrets. */
const exampleWords = new Set(
  'a abc admin and change changeme chat default demo dev development example generate here insert jwt key letmein local long me mine my none null of open openwebui pass passwd password please placeholder prod production qwerty random replace sample secret shoal string super supersecret test the this todo token undefined user value very webui with your'.split(
    ' ',
  ),
)
/** Example secrets in the code and the guides of Open WebUI. */
const knownValues = new Set(['t0p-s3cr3t', 'openwebuisecretkey'])

const minLength = 16
/** Words of placeholders that an operator should have replaced; a long placeholder is weak too. */
const placeholder = /change|replace|your|insert|example|placeholder|todo/
const longLength = 32
/** A secret with fewer distinct characters than this must be longer than `minLength`. */
const minDistinct = 6
const minLengthIfFewDistinct = 20

/** Why a secret is easy to guess; undefined if no weakness was found. */
export function weaknessOf(secret: string): string | undefined {
  const text = secret.trim().toLowerCase()
  if (knownValues.has(text)) return 'it is an example from a guide'
  const letters = text.match(/[a-z]+/g) ?? []
  const digits = text.match(/\d/g)?.length ?? 0
  const mayBeWords = text.length < longLength || placeholder.test(text)
  if (mayBeWords && digits <= minLength && letters.every((word) => exampleWords.has(word))) {
    return letters.length > 0
      ? 'it is made of words that guides use as examples'
      : 'it has too few characters'
  }
  if (text.length < minLength) return `it has only ${text.length} characters`
  if (text.length < minLengthIfFewDistinct && new Set(text).size < minDistinct) {
    return 'it repeats only a few different characters'
  }
  return undefined
}
