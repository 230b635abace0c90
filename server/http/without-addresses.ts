/**
 * A sentence about a service without where that is and who signs in there: addresses, names with a port or that were
 * looked up, sockets' paths, users and databases in quotes. For readers who are nobody.
 */
export function withoutAddresses(sentence: string): string {
  return hidden.reduce(
    (text, [pattern, instead]) => text.replaceAll(pattern, instead),
    sentence.slice(0, 500),
  )
}

const hidden: [pattern: RegExp, instead: string][] = [
  // A name server's answer: `getaddrinfo ENOTFOUND db.internal`.
  [/\b(ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NODATA) [^\s,;]+/g, '$1 …'],
  [/\b(ENOENT|EACCES) \/[^\s,;]+/g, '$1 …'],
  // IPv6 in brackets, then without: groups of hex with at least two colons.
  [/\[[0-9a-fA-F:.]{2,45}(?:%\w{1,16})?\](?::\d{1,5})?/g, '…'],
  [/(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F.]{0,15}(?![\w:])/g, '…'],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?\b/g, '…'],
  [/(?<![\w.-])[A-Za-z][\w.-]{0,253}:\d{1,5}(?!\d)/g, '…'],
  [/\b(user|role|database|host|schema) ["'“][^"'“”]{1,64}["'”]/gi, '$1 …'],
]
