/**
 * The server’s sentence about a field without the field’s name in the code, because the field’s label stands above it:
 * “baseUrl must be …” becomes “Must be …”.
 */
export function withoutFieldName({ message, field }: { message: string; field: string | undefined }): string {
  if (field === undefined || !message.startsWith(`${field} `)) return message
  const rest = message.slice(field.length + 1)
  return rest.slice(0, 1).toUpperCase() + rest.slice(1)
}
