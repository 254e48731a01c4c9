/** A body is no form as RFC 7578 describes it, or one that servers might read in different ways. */
export class FormError extends Error {}
