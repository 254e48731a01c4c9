/** The body is not a form as RFC 7578 describes it, or servers might read it in different ways. */
export class FormError extends Error {}
