/** A MIME type without parameters such as a charset. */
export function essenceOf(type: string): string {
  return type.split(";", 1).join("").trim().toLowerCase();
}

/** The pictures that models can see; others, such as SVG, are files to them. */
export function isPictureForModels(mimeType: string): boolean {
  return pictures.has(mimeType);
}

/** Whether the bytes of such a file are text. */
export function isText(mimeType: string): boolean {
  return /^text\/|[/+](?:json|xml|yaml|javascript)$/.test(mimeType);
}

const pictures = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
