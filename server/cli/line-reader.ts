import { StringDecoder } from 'node:string_decoder'

/** Takes pieces of a stream and gives the whole lines in them; undefined once a line is longer than `longest`. */
export function createLineReader(longest: number): (piece: Buffer | string) => string[] | undefined {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return (piece) => {
    const lines = (rest + (typeof piece === 'string' ? piece : decoder.write(piece))).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longest || lines.some((line) => line.length > longest)) return undefined
    return lines.filter((line) => line !== '')
  }
}
