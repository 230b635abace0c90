/**
 * Removes from a sentence about a service where it is and how Shoal signs in: addresses, names with a port, names from
 * DNS errors, socket paths, and quoted user and database names. For readers who are not administrators.
 */
export function withoutAddresses(sentence: string): string {
  return hidden.reduce(
    (text, [pattern, instead]) => text.replaceAll(pattern, instead),
    sentence.slice(0, 500),
  )
}

const hidden: [pattern: RegExp, instead: string][] = [
  // A DNS error, such as `getaddrinfo ENOTFOUND db.internal`.
  [/\b(ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NODATA) [^\s,;]+/g, '$1 …'],
  [/\b(ENOENT|EACCES) \/[^\s,;]+/g, '$1 …'],
  // IPv6 with brackets, then without: groups of hex digits with at least two colons.
  [/\[[0-9a-fA-F:.]{2,45}(?:%\w{1,16})?\](?::\d{1,5})?/g, '…'],
  [/(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F.]{0,15}(?![\w:])/g, '…'],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?\b/g, '…'],
  [/(?<![\w.-])[A-Za-z][\w.-]{0,253}:\d{1,5}(?!\d)/g, '…'],
  [/\b(user|role|database|host|schema) ["'“][^"'“”]{1,64}["'”]/gi, '$1 …'],
]
